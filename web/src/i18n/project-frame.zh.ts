import type { text as english } from './project-frame.en.ts';
import type { TextOf } from './texts.ts';

export const text = {
  projects: '项目',
  views: '项目视图',
  matrix: '矩阵',
  repositories: '存储库',
  members: '成员',
  robots: '机器人',
  promotions: '晋级',
  promotionsWaiting_other: '{{count, number}} 项等待您批准',
  trash: '回收站',
  activity: '活动',
  notices: '通知',
  settings: '设置',
  public: '公开',
  publicHint: '任何人都可以列出和拉取',
  publicPartly: '部分公开',
  publicPartlyHint: '在某些环境中任何人都可以列出和拉取',
  archived: '已归档',
  archivedHint: '仍可查看，但不接受推送、复制或删除',
  notFound: '没有名为“{{project}}”的项目',
  notFoundNext: '它可能已被移除，或者您不是它的成员。',
  toProjects: '所有项目',
  notRead: '项目',
  notForYou: '您的角色不能查看 {{project}} 的此页面',
  notForYouArchived: '该项目已归档：仍可查看，但不接受更改。',
} satisfies TextOf<typeof english>;
