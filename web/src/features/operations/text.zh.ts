import type { TextOf } from '../../i18n/texts.ts';
import type { text as english } from './text.en.ts';

export const text = {
  title: '运行监控',
  facts: {
    running: '{{count}} 个进行中',
    queued: '{{count}} 个排队中',
    waiting: '{{count}} 个等待重试',
    idle: '当前没有复制',
  },
  failing: '当前失败',
  nothingFails: '没有失败。',
  failure: {
    tasks_other: '{{count}} 个任务',
    waiting_other: '其中 {{count}} 个将重试',
    since: '始于',
    nextTry: '{{clock}} 后重试',
    tryingNow: '正在重试',
    retry: '重试',
    show: '查看任务',
    retried_other: '{{count}} 个任务重新运行。',
    someNotRetried: '{{count}} 个无法重新运行。',
  },
  flow: {
    running: '进行中',
    queued: '排队中',
    waiting: '等待重试',
    oldest: '最早排队',
    now: '当前',
    chart: '最近两分钟的吞吐量；最高 {{peak}}',
    lastTwoMinutes: '最近两分钟',
    peak: '最高 {{rate}}',
  },
  tasks: {
    title: '正在复制',
    empty: '当前没有复制',
    emptyHint: '有人发起复制时会立即显示在这里，包括字节数、速率和剩余时间。',
    toProjects: '浏览项目',
    toExecutions: '以往的复制',
    more_other: '另有 {{count}} 个',
    blobs: '{{done}} / {{count}} 个数据块',
    column: { what: '制品', route: '来源 → 目标', progress: '进度', rate: '速率', left: '剩余', attempt: '尝试' },
  },
  registries: {
    title: '各镜像仓库',
    column: { name: '镜像仓库', in: '流入', out: '流出', running: '进行中', failed: '一小时内失败' },
  },
  wall: {
    open: '大屏模式',
    leave: '退出大屏模式',
    asOf: '数据时间：{{relative}}',
    live: '实时',
    connecting: '正在连接',
    lost: '连接已于{{relative}}中断。以下数据为中断之前的。',
    allWell: '一切正常',
    registriesDown_other: '{{count}} 个镜像仓库状态异常',
  },
} satisfies TextOf<typeof english>;
