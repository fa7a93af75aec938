/** What a registry wants for proof: https://distribution.github.io/distribution/spec/auth/token/ */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
      readonly error: string | undefined;
    };

/** The first Bearer challenge that names a realm, else Basic, of a WWW-Authenticate header. */
export function parseChallenge(header: string | readonly string[] | undefined): Challenge | undefined {
  const texts = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  let basic: Challenge | undefined;
  for (const text of texts) {
    const at = text.search(/\bbearer\s/i);
    if (at >= 0) {
      const parameters = readParameters(text.slice(at + 'bearer'.length));
      const realm = parameters.get('realm');
      if (realm !== undefined) {
        return {
          scheme: 'bearer',
          realm,
          service: parameters.get('service'),
          scope: parameters.get('scope'),
          error: parameters.get('error'),
        };
      }
    }
    if (/\bbasic\b/i.test(text)) basic = { scheme: 'basic' };
  }
  return basic;
}

function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const match of text.matchAll(/([a-zA-Z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!parameters.has(name)) parameters.set(name, match[2]?.replaceAll(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return parameters;
}
