import type { NoticePayload } from '../../contract/notices.ts';

type Language = 'en' | 'zh';
type Count = Readonly<Record<'succeeded' | 'failed' | 'stopped', number>>;

const words = {
  en: {
    where: (project: string | null) => project ?? 'all projects',
    subject: {
      'execution.failed': (where: string) => `Copying failed (${where})`,
      'execution.recovered': (where: string) => `Copying works again (${where})`,
      'execution.succeeded': (where: string) => `Copying succeeded (${where})`,
      'execution.stopped': (where: string) => `Copying was stopped (${where})`,
      test: (where: string) => `Test (${where})`,
    },
    test: 'This is a test: notices reach this address.',
    counts: ({ succeeded, failed, stopped }: Count) => `${succeeded} copied, ${failed} failed, ${stopped} stopped`,
    recovered: (since: string) => `works again; it had failed since ${since}`,
    failing: (since: string) => `fails since ${since}`,
    failures: 'What failed:',
    footer: (name: string) => `Sent by the notice “${name}” of Longshore.`,
  },
  zh: {
    where: (project: string | null) => project ?? '所有项目',
    subject: {
      'execution.failed': (where: string) => `复制失败（${where}）`,
      'execution.recovered': (where: string) => `复制已恢复（${where}）`,
      'execution.succeeded': (where: string) => `复制成功（${where}）`,
      'execution.stopped': (where: string) => `复制已停止（${where}）`,
      test: (where: string) => `测试（${where}）`,
    },
    test: '这是一条测试：通知可以送达此地址。',
    counts: ({ succeeded, failed, stopped }: Count) => `已复制 ${succeeded}，失败 ${failed}，已停止 ${stopped}`,
    recovered: (since: string) => `已恢复；此前自 ${since} 起失败`,
    failing: (since: string) => `自 ${since} 起失败`,
    failures: '失败的任务：',
    footer: (name: string) => `由 Longshore 的通知“${name}”发送。`,
  },
} as const;

/** The payload in words. */
export function mailOf(payload: NoticePayload, language: Language): { subject: string; text: string } {
  const say = words[language];
  const { notice, execution, pairs, failures } = payload;
  const lines: string[] = [];
  if (execution === null) lines.push(say.test);
  else {
    lines.push(say.counts(execution.tasks), ...pairs.map((pair) => pairLine(pair, language)));
    if (failures.length > 0) lines.push('', say.failures, ...failures.map(failureLine));
    if (execution.url !== null) lines.push('', execution.url);
  }
  return {
    subject: `[Longshore] ${say.subject[payload.event](say.where(notice.project))}`,
    text: `${[...lines, '', '-- ', say.footer(notice.name)].join('\n')}\n`,
  };
}

function pairLine(pair: NoticePayload['pairs'][number], language: Language): string {
  const say = words[language];
  const route = `${pair.sourceRegistryId} → ${pair.destinationRegistryId}`;
  if (pair.failingSince === null) return route;
  return `${route}: ${pair.state === 'recovered' ? say.recovered(pair.failingSince) : say.failing(pair.failingSince)}`;
}

function failureLine({ source, destination, sentence }: NoticePayload['failures'][number]): string {
  const to = `${destination.registryId}/${destination.repository}:${destination.tag ?? source.reference}`;
  return `- ${source.registryId} → ${to}${sentence === null ? '' : `: ${sentence}`}`;
}
