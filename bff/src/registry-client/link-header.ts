/**
 * The target of `rel="next"` in a Link header (RFC 8288), as written: relative or absolute, encoded or not.
 * Registries differ in quoting, order and spacing; what cannot be read is no link.
 */
export function findNextLink(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  let rest = header;
  while (rest !== '') {
    const open = rest.indexOf('<');
    const close = rest.indexOf('>', open + 1);
    if (open < 0 || close < 0) return undefined;
    const target = rest.slice(open + 1, close).trim();
    const { parameters, after } = takeParameters(rest.slice(close + 1));
    if (isNext(parameters)) return target;
    rest = after;
  }
  return undefined;
}

/** Parameters end at a comma outside of quotes. */
function takeParameters(text: string): { parameters: string[]; after: string } {
  const parameters: string[] = [];
  let current = '';
  let isQuoted = false;
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position];
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && (character === ',' || character === ';')) {
      parameters.push(current);
      current = '';
      if (character === ',') return { parameters, after: text.slice(position + 1) };
    } else current += character;
  }
  return { parameters: [...parameters, current], after: '' };
}

function isNext(parameters: readonly string[]): boolean {
  for (const parameter of parameters) {
    const [name, value] = splitOnce(parameter, '=');
    if (name.trim().toLowerCase() !== 'rel') continue;
    return value.trim().replaceAll('"', '').toLowerCase().split(/\s+/).includes('next');
  }
  // Some registries send the bare target.
  return parameters.every((parameter) => parameter.trim() === '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
