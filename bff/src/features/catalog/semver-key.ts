/**
 * Text that sorts, byte by byte, as people expect tags to: `latest` and other names in natural order, then dates, then
 * versions; 2.10 above 2.9, a release above its pre-releases (https://semver.org/#spec-item-11), with or without a leading v.
 * Tags that differ only in case or in a leading v may have the same key: the name itself breaks the tie.
 */
export function semverKey(tag: string): string {
  return versionKey(tag) ?? dateKey(tag) ?? `${kinds.other}${naturalKey(tag)}`;
}

const kinds = { other: '1', date: '2', version: '3' } as const;

// After the same numbers: a pre-release, then the release itself, then what has one number more (1.2 below 1.2.0).
const marks = { prerelease: '-', release: '0', number: 'c' } as const;

// A single number is a version up to six digits; longer ones are build numbers, dates or abbreviated hashes.
const versionPattern =
  /^[vV]?(?<core>\d{1,6}(?=$|-)|\d+(?:\.\d+)+)(?:-(?<prerelease>[^_]+)|\.?(?<word>[A-Za-z][^_]*))?(?:_(?<build>.*))?$/;
const datePattern = /^(?<year>(?:19|20)\d\d)(?<gap>[-._]?)(?<month>0\d|1[0-2])\k<gap>(?<day>[0-2]\d|3[01])(?!\d)/;
const strictVersionPattern = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-|$)/;

function versionKey(tag: string): string | undefined {
  if (isDate(tag)) return undefined;
  const groups = versionPattern.exec(tag)?.groups;
  if (groups === undefined) return undefined;
  const { core = '', prerelease, word, build } = groups;
  const numbers = core
    .split('.')
    .map((digits) => marks.number + numberKey(digits))
    .join('');
  const suffix = prerelease ?? word;
  const end = suffix === undefined ? marks.release : marks.prerelease + prereleaseKey(suffix);
  return kinds.version + numbers + end + (build === undefined ? '' : `+${naturalKey(build)}`);
}

function dateKey(tag: string): string | undefined {
  const groups = isDate(tag) ? datePattern.exec(tag)?.groups : undefined;
  if (groups === undefined) return undefined;
  const { year = '', month = '', day = '', gap = '' } = groups;
  return `${kinds.date}${year}${month}${day}${naturalKey(tag.slice(8 + 2 * gap.length))}`;
}

/** 2024.01.15 and 20240115.2 are dates; what semver accepts as it is (2024.10.15, 20240115.1.0) is a version. */
function isDate(tag: string): boolean {
  return datePattern.test(tag) && !strictVersionPattern.test(tag);
}

/** Numbers below words, words by bytes, fewer identifiers below more. */
function prereleaseKey(text: string): string {
  const identifiers = text
    .split('.')
    .map((identifier) => (/^\d+$/.test(identifier) ? `1${numberKey(identifier)}` : `2${identifier}!`));
  return `${identifiers.join('')}0`;
}

/** Digits that sort as the number they are: the count of digits, then the digits. A tag has at most 128. */
function numberKey(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return significant.length.toString(16).padStart(2, '0') + significant;
}

function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => `0${numberKey(digits)}`);
}
