/** Words of what surrounds every page of a project. */
export const text = {
  projects: 'Projects',
  views: 'Views of the project',
  matrix: 'Matrix',
  repositories: 'Repositories',
  members: 'Members',
  robots: 'Robots',
  promotions: 'Promotions',
  promotionsWaiting_one: '{{count, number}} waits for your approval',
  promotionsWaiting_other: '{{count, number}} wait for your approval',
  retention: 'Retention',
  trash: 'Trash',
  storage: 'Storage',
  activity: 'Activity',
  notices: 'Notices',
  settings: 'Settings',
  public: 'public',
  publicHint: 'Anybody may list and pull it',
  publicPartly: 'partly public',
  publicPartlyHint: 'Anybody may list and pull it in some environments',
  archived: 'archived',
  archivedHint: 'It reads as before and takes no pushes, copies or deletions',
  notFound: 'There is no project “{{project}}”',
  notFoundNext: 'It may have been removed, or you are not a member of it.',
  toProjects: 'All projects',
  notRead: 'the project',
  notForYou: 'This page of {{project}} is not for your role',
  notForYouArchived: 'The project is archived: it reads as before and takes no changes.',
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    'project-frame': typeof text;
  }
}
