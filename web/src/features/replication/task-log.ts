import type { LogLine } from 'bff/contract/replication';

export const logLevels = ['debug', 'info', 'warning', 'error'] as const satisfies readonly LogLine['level'][];
export type LogLevel = (typeof logLevels)[number];

/** Lines of at least a level whose words contain every word of the search, in any case. */
export function filterLog(lines: readonly LogLine[], atLeast: LogLevel, search: string): LogLine[] {
  const threshold = logLevels.indexOf(atLeast);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    if (logLevels.indexOf(line.level) < threshold) return false;
    const text = `${line.sentence} ${line.code} ${Object.values(line.params).join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** As a file: one line each, the instant first, so that it sorts and greps; what a registry said cannot break a line. */
export function logAsText(lines: readonly LogLine[]): string {
  return lines
    .map(
      (line) => `${line.at} ${line.level.padEnd(7)} attempt=${line.attempt} ${line.code}: ${oneLine(line.sentence)}\n`,
    )
    .join('');
}

// Control characters in a registry's words must not reach the terminal of the person who opens the file.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
