export const text = {
  title: 'Operations',
  facts: {
    running: '{{count}} running',
    queued: '{{count}} queued',
    waiting: '{{count}} waiting',
    idle: 'nothing is copying',
  },
  notRead: 'What is going on could not be read.',
  health: { up: 'up', degraded: 'one address down', down: 'down', unknown: 'not checked yet' },
  failing: 'Failing now',
  nothingFails: 'Nothing is failing.',
  failure: {
    tasks_one: '{{count}} task',
    tasks_other: '{{count}} tasks',
    waiting_one: '{{count}} will be tried again',
    waiting_other: '{{count}} will be tried again',
    since: 'since',
    nextTry: 'next try in {{clock}}',
    tryingNow: 'trying now',
    retry: 'Retry',
    show: 'Show tasks',
    retried_one: '{{count}} task runs again.',
    retried_other: '{{count}} tasks run again.',
    someNotRetried: '{{count}} could not be run again.',
  },
  flow: {
    running: 'running',
    queued: 'queued',
    waiting: 'waiting to retry',
    oldest: 'oldest queued',
    now: 'now',
    chart: 'Throughput of the last two minutes; highest {{peak}}',
    lastTwoMinutes: 'last two minutes',
    peak: 'highest {{rate}}',
  },
  tasks: {
    title: 'Copying now',
    empty: 'Nothing is copying',
    emptyHint: 'A copy appears here at once when somebody starts one, with its bytes, rate and remaining time.',
    toProjects: 'Browse projects',
    toExecutions: 'Earlier copies',
    more_one: 'and {{count}} more',
    more_other: 'and {{count}} more',
    blobs: '{{done}} of {{count}} blobs',
    column: { what: 'Artifact', route: 'From → to', progress: 'Progress', rate: 'Rate', left: 'Left', attempt: 'Try' },
  },
  registries: {
    title: 'Per registry',
    column: { name: 'Registry', in: 'In', out: 'Out', running: 'Running', failed: 'Failed, last hour' },
  },
  wall: {
    open: 'Wall mode',
    leave: 'Leave wall mode',
    asOf: 'as of',
    live: 'live',
    connecting: 'connecting',
    lost: 'Connection lost {{relative}}. These figures are from before.',
    allWell: 'All is well',
    registriesDown_one: '{{count}} registry is not healthy',
    registriesDown_other: '{{count}} registries are not healthy',
  },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    operations: typeof text;
  }
}
