import type { NoticePayload } from '../../contract/notices.ts';
import { troubleWords } from './trouble-words.ts';

type Language = 'en' | 'zh';
type Count = Readonly<Record<'succeeded' | 'failed' | 'stopped', number>>;
type Pair = NoticePayload['pairs'][number];

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const words = {
  en: {
    /** Of which project, and of which policy. */
    where: (project: string | null, policy: string | null) =>
      policy === null ? (project ?? 'all projects') : `${project ?? 'all projects'}, ${policy}`,
    subject: {
      'execution.failed': (where: string) => `Copying failed (${where})`,
      'execution.recovered': (where: string) => `Copying works again (${where})`,
      'execution.succeeded': (where: string) => `Copying succeeded (${where})`,
      'execution.stopped': (where: string) => `Copying was stopped (${where})`,
      'pair.failing': (where: string) => `Copying is held up (${where})`,
      'pair.recovered': (where: string) => `Copying works again (${where})`,
      'deletions.held': (where: string) => `Deletions are held back (${where})`,
      test: (where: string) => `Test (${where})`,
    },
    test: 'This is a test: notices reach this address.',
    counts: ({ succeeded, failed, stopped }: Count) => `${succeeded} copied, ${failed} failed, ${stopped} stopped`,
    recovered: (since: string, lasted: string) => `works again; it had failed since ${since}, for ${lasted}`,
    failing: (since: string) => `fails since ${since}`,
    heldUp: (since: string, count: number) =>
      `held up since ${since}; ${count === 1 ? '1 copy or deletion waits' : `${count} copies or deletions wait`}`,
    heldUpNext: 'They are tried again by themselves until it works, for 24 hours at most.',
    held: (tags: number, deletions: number, since: string) =>
      `${counted(deletions, 'deletion')} of ${counted(tags, 'tag')} ${deletions === 1 ? 'has' : 'have'} waited for a person’s word since ${since}`,
    heldPair: (count: number) => counted(count, 'deletion'),
    /** The sentence itself says it. */
    heldBecause: null,
    heldNext:
      'Nothing of it is deleted unless somebody who may delete there says yes. Everything else of the policy goes on.',
    policies: (names: readonly string[]) => `${names.length === 1 ? 'Policy' : 'Policies'}: ${names.join(', ')}`,
    failures: 'What failed:',
    footer: (name: string) => `Sent by the notice “${name}” of Longshore.`,
    units: { day: ' d', hour: ' h', minute: ' min', second: ' s' },
  },
  zh: {
    where: (project: string | null, policy: string | null) =>
      policy === null ? (project ?? '所有项目') : `${project ?? '所有项目'}，${policy}`,
    subject: {
      'execution.failed': (where: string) => `复制失败（${where}）`,
      'execution.recovered': (where: string) => `复制已恢复（${where}）`,
      'execution.succeeded': (where: string) => `复制成功（${where}）`,
      'execution.stopped': (where: string) => `复制已停止（${where}）`,
      'pair.failing': (where: string) => `复制受阻（${where}）`,
      'pair.recovered': (where: string) => `复制已恢复（${where}）`,
      'deletions.held': (where: string) => `删除待确认（${where}）`,
      test: (where: string) => `测试（${where}）`,
    },
    test: '这是一条测试：通知可以送达此地址。',
    counts: ({ succeeded, failed, stopped }: Count) => `已复制 ${succeeded}，失败 ${failed}，已停止 ${stopped}`,
    recovered: (since: string, lasted: string) => `已恢复；此前自 ${since} 起失败，持续 ${lasted}`,
    failing: (since: string) => `自 ${since} 起失败`,
    heldUp: (since: string, count: number) => `自 ${since} 起受阻；${count} 个复制或删除任务在等待`,
    heldUpNext: '它们会自动重试，直到恢复为止，最长 24 小时。',
    held: (tags: number, deletions: number, since: string) =>
      `${tags} 个标签的 ${deletions} 个删除操作自 ${since} 起等待人工确认`,
    heldPair: (count: number) => `${count} 个删除操作`,
    heldBecause: '数量较多，因此需要有人确认。',
    heldNext: '只有在目标中有删除权限的人确认后才会删除；策略的其他内容照常进行。',
    policies: (names: readonly string[]) => `策略：${names.join('、')}`,
    failures: '失败的任务：',
    footer: (name: string) => `由 Longshore 的通知“${name}”发送。`,
    units: { day: ' 天', hour: ' 小时', minute: ' 分钟', second: ' 秒' },
  },
} as const;

/** The payload in words. */
export function mailOf(payload: NoticePayload, language: Language): { subject: string; text: string } {
  const say = words[language];
  const { event, notice, execution, pairs, held, failures } = payload;
  const policies = policiesOf(payload);
  const lines: string[] = [];
  if (event === 'test') lines.push(say.test);
  if (execution !== null) lines.push(say.counts(execution.tasks));
  if (held !== null) lines.push(...holdLines(held, pairs, language));
  lines.push(...pairs.map((pair) => pairLine(pair, language)));
  if (policies.length > 0) lines.push(say.policies(policies));
  if (event === 'pair.failing') lines.push('', say.heldUpNext);
  if (event === 'deletions.held') lines.push('', say.heldNext);
  if (failures.length > 0) lines.push('', say.failures, ...failures.map(failureLine));
  if (payload.url !== null) lines.push('', payload.url);
  const [policy = notice.policyName ?? null, another] = policies;
  return {
    subject: `[Longshore] ${say.subject[event](say.where(notice.project, another === undefined ? policy : null))}`,
    text: `${[...lines, '', '-- ', say.footer(notice.name)].join('\n')}\n`,
  };
}

/** By name; what is told of an execution is of one. */
function policiesOf({ execution, pairs }: NoticePayload): string[] {
  if (typeof execution?.policyName === 'string') return [execution.policyName];
  return [...new Set(pairs.flatMap(({ policies }) => policies.map(({ name }) => name)))];
}

function pairLine(pair: Pair, language: Language): string {
  const say = words[language];
  const { sourceRegistryId, destinationRegistryId, state, failingSince, lastedSeconds, waiting, reason } = pair;
  const route = `${sourceRegistryId} → ${destinationRegistryId}`;
  if (state === 'held') return `${route}: ${say.heldPair(waiting ?? 0)}`;
  if (failingSince === null) return route;
  const since = timeOf(failingSince);
  if (state === 'recovered') return `${route}: ${say.recovered(since, lengthOf(lastedSeconds ?? 0, language))}`;
  if (state !== 'failing') return `${route}: ${say.failing(since)}`;
  const line = `${route}: ${say.heldUp(since, waiting ?? 0)}`;
  return reason === null ? line : `${line}\n  ${causeOf(reason, language)}`;
}

/** Why is said once: it is the same for all pairs. */
function holdLines(
  { tags, deletions, since }: NonNullable<NoticePayload['held']>,
  [first]: NoticePayload['pairs'],
  language: Language,
): string[] {
  const { held, heldBecause } = words[language];
  return [held(tags, deletions, timeOf(since)), heldBecause ?? first?.reason?.sentence ?? ''];
}

/** In English the sentence itself; in other languages what is known of the cause by its code. */
function causeOf({ code, sentence, registryId }: NonNullable<Pair['reason']>, language: Language): string {
  if (language === 'en') return sentence;
  return troubleWords(code, registryId ?? '', language) ?? sentence;
}

function failureLine({ source, destination, sentence }: NoticePayload['failures'][number]): string {
  const to = `${destination.registryId}/${destination.repository}:${destination.tag ?? source.reference}`;
  return `- ${source.registryId} → ${to}${sentence === null ? '' : `: ${sentence}`}`;
}

/** Whoever reads it is in any time zone. */
function timeOf(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Its two largest parts: “3 h 20 min”. */
function lengthOf(seconds: number, language: Language): string {
  const { units } = words[language];
  const parts = [
    [Math.floor(seconds / 86_400), units.day],
    [Math.floor(seconds / 3600) % 24, units.hour],
    [Math.floor(seconds / 60) % 60, units.minute],
    [seconds % 60, units.second],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return `0${units.second}`;
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}
