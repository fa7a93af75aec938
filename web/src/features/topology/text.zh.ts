import type { TextOf } from '../../i18n/texts.ts';
import type { text as english } from './text.en.ts';

export const text = {
  title: '复制拓扑',
  facts_other: '{{count}} 条路径',
  notRead: '无法读取策略',
  empty: '尚未有任何复制',
  emptyHint: '策略从一个镜像仓库复制到其他镜像仓库。这里把它们画在一起，并显示当前正在传输的内容。',
  policies: '策略',
  figuresMissing: '无法读取当前的传输情况：{{sentence}}',
  hint: '选择一条线，查看哪些策略沿此路径复制。',
  offNote: '灰色虚线属于已停用或已暂停的策略。',
  byHand: '不属于策略：手动复制或晋级',
  off: '不复制：已停用或已暂停',
  shapes: {
    title: '它们共同构成',
    masters: '双主',
    chain: '链路',
    'fan-out': '一对多',
    about: {
      masters: '两边都可以推送。如果双方都更改了同一标签，则保留较晚的推送，另一个留在标签历史中。',
      chain: '每个制品到达后立即继续传往下一站。',
      'fan-out': '在来源处只读取一次；最慢的目标不会拖住其他目标。',
    },
  },
  ways: { title: '路径' },
} satisfies TextOf<typeof english>;
