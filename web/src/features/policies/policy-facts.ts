import type { Bandwidth, PolicyContent } from 'bff/contract/policies';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useListWords } from '../../i18n/use-list-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { useScheduleWords } from '../../domain/schedule-check.ts';

export const factKeys = [
  'from',
  'repositories',
  'tags',
  'versions',
  'newest',
  'newer',
  'platforms',
  'referrers',
  'to',
  'names',
  'push',
  'schedule',
  'deletions',
  'differing',
  'bandwidth',
  'concurrency',
  'attempts',
] as const;
export type FactKey = (typeof factKeys)[number];
export type PolicyFacts = Readonly<Record<FactKey, string>>;

export interface FactWords {
  t: TFunction<'policies'>;
  registry: (registryId: string) => string;
  list: (items: readonly string[]) => string;
  rate: (bytesPerSecond: number) => string;
  /** The server's words for the schedule; undefined while they are not there. */
  schedule: string | undefined;
}

/** What a policy says, each part in words: for its page, and to tell two versions apart. */
export function factsOf(content: PolicyContent, words: FactWords): PolicyFacts {
  const { t, registry, list } = words;
  const { filters, options, schedule } = content;
  const matching = ({ include, exclude }: { include: string[]; exclude: string[] }, all: string) => {
    const excluded = list(exclude);
    if (include.includes(all)) return exclude.length === 0 ? t('says.everything') : t('says.allBut', { excluded });
    const patterns = list(include);
    return exclude.length === 0 ? t('says.matching', { patterns }) : t('says.matchingBut', { patterns, excluded });
  };
  return {
    from: registry(content.sourceRegistryId),
    repositories: matching(filters.repositories, '**'),
    tags: matching(filters.tags, '*'),
    versions: filters.semver === null ? t('says.allVersions') : t('says.semver', { range: filters.semver }),
    newest: filters.newest === null ? t('says.newestAll') : t('says.newest', { count: filters.newest }),
    newer: filters.newerThanDays === null ? t('says.newerAll') : t('says.newer', { count: filters.newerThanDays }),
    platforms:
      filters.platforms === null ? t('says.allPlatforms') : t('says.platforms', { platforms: list(filters.platforms) }),
    referrers: t(filters.includeReferrers ? 'says.withReferrers' : 'says.withoutReferrers'),
    to: list(content.destinations.map(({ registryId }) => registry(registryId))),
    names: namesFact(content, t),
    push: t(content.onPush ? 'says.onPush' : 'says.notOnPush'),
    schedule:
      schedule === null
        ? t('says.noSchedule')
        : t('says.cron', { words: words.schedule ?? schedule.cron, timeZone: schedule.timeZone }),
    deletions: t(options.propagateDeletions ? 'says.deletes' : 'says.keeps'),
    differing: t(options.whenDifferent === 'replace' ? 'says.replaces' : 'says.reports'),
    bandwidth: bandwidthFact(content, words),
    concurrency:
      options.concurrency === null ? t('says.concurrencyAll') : t('says.concurrency', { count: options.concurrency }),
    attempts: t('says.attempts', { count: options.attempts }),
  };
}

function namesFact({ mapping }: PolicyContent, t: FactWords['t']): string {
  if (mapping.kind === 'template') return t('says.template', { template: mapping.template });
  if (mapping.kind === 'same') return t('says.same');
  return mapping.from === ''
    ? t('says.prefixNone', { to: mapping.to })
    : t('says.prefix', { from: mapping.from, to: mapping.to });
}

function bandwidthFact({ destinations }: PolicyContent, { t, registry, rate }: FactWords): string {
  const speed = (bytesPerSecond: number | null) => (bytesPerSecond === null ? t('says.freely') : rate(bytesPerSecond));
  const wordsOf = ({ windows, otherwise }: Bandwidth) =>
    [
      ...windows.map(({ from, to, bytesPerSecond }) => t('says.window', { from, to, rate: speed(bytesPerSecond) })),
      windows.length === 0 ? speed(otherwise) : t('says.otherwise', { rate: speed(otherwise) }),
    ].join(t('preview.comma'));
  const limited = destinations.flatMap(({ registryId, bandwidth }) =>
    bandwidth === null
      ? []
      : [
          t(bandwidth.windows.length === 0 ? 'says.always' : 'says.at', {
            registry: registry(registryId),
            words: wordsOf(bandwidth),
            timeZone: bandwidth.timeZone,
          }),
        ],
  );
  return limited.length === 0 ? t('says.freely') : limited.join('; ');
}

/** Those in which two of them differ. */
export const differingFacts = (before: PolicyFacts, after: PolicyFacts): FactKey[] =>
  factKeys.filter((key) => before[key] !== after[key]);

export function usePolicyFacts(content: PolicyContent): PolicyFacts {
  const { t } = useTranslation('policies');
  const directory = useRegistryDirectory();
  const list = useListWords();
  const { rate } = useFormat();
  const schedule = useScheduleWords(content.schedule);
  return factsOf(content, { t, list, rate, schedule, registry: (registryId) => directory.find(registryId).name });
}
