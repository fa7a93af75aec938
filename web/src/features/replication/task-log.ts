import type { LogLine } from 'bff/contract/replication';
import { withoutTurns } from '../../i18n/plain-text.ts';

export const logLevels = ['debug', 'info', 'warning', 'error'] as const satisfies readonly LogLine['level'][];
export type LogLevel = (typeof logLevels)[number];

interface LogFilter {
  readonly atLeast: LogLevel;
  readonly search: string;
  /** The words that are shown of a line, in the reader's language. */
  readonly wordsOf: (line: LogLine) => string;
}

/** Lines of at least a level that contain every word of the search, in any case: as shown, in English, or by their code. */
export function filterLog(lines: readonly LogLine[], { atLeast, search, wordsOf }: LogFilter): LogLine[] {
  const threshold = logLevels.indexOf(atLeast);
  const words = withoutTurns(search).toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    if (logLevels.indexOf(line.level) < threshold) return false;
    const { sentence, code, params } = line;
    const text = withoutTurns([wordsOf(line), sentence, code, ...Object.values(params)].join(' ')).toLowerCase();
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
