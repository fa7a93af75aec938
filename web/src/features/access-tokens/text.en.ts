export const text = {
  title: 'Access tokens',
  words:
    'For docker login and other tools, in place of your password. A token never may more than you may at that moment.',
  add: 'Make a token',
  never: 'never',
  expired: 'expired',
  everyProject: 'all your projects',
  everyEnvironment: 'all environments',
  empty: 'No access token yet',
  emptyNext: 'Make one for each machine or tool: then one can be taken back without the others.',
  revokeOne: 'Revoke {{name}}',
  column: {
    name: 'Token',
    actions: 'May',
    scope: 'Where',
    expires: 'Expires',
    used: 'Last used',
    revoke: 'Revoke',
  },
  action: {
    'artifact.pull': 'Pull',
    'artifact.push': 'Push and copy',
    'artifact.delete': 'Delete to the trash and restore',
  },
  short: { 'artifact.pull': 'pull', 'artifact.push': 'push', 'artifact.delete': 'delete' },
  form: {
    title: 'Make an access token',
    words: 'Give it the least it needs. What your roles do not allow, it may not do either.',
    name: 'Name',
    nameHint: 'Where it is used, so that you know it again: “laptop”',
    actions: 'It may',
    projects: 'In projects',
    everyProject: 'All of mine, also later ones',
    someProjects: 'Only these',
    projectPlaceholder: 'Type a project’s name',
    environments: 'In environments',
    everyEnvironment: 'All, also later ones',
    someEnvironments: 'Only these',
    environmentPlaceholder: 'Choose environments',
    searching: 'Searching…',
    nothing: 'Nothing is called so.',
    expiry: 'Expires after',
    days_one: '{{count}} day',
    days_other: '{{count}} days',
    expiresOn: 'on {{day}}',
    create: 'Make token',
    taken: 'You have a token with this name already.',
    invalid: {
      name: 'Give it a name, at most 100 characters.',
      actions: 'Choose at least one.',
      projects: 'Choose at least one project, or all.',
      environments: 'Choose at least one environment, or all.',
    },
  },
  secret: {
    title: 'Your new access token',
    words: 'It is the password that docker login asks for:',
    token: 'Access token',
    login: 'Log in with it',
  },
  revoke: {
    title: 'Revoke {{name}}?',
    words:
      'It is refused from now on. What began with it may go on: new steps for five minutes at most, a transfer under way to its end.',
    action: 'Revoke token',
    short: 'Revoke',
    done: 'The token {{name}} is revoked.',
  },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    'access-tokens': typeof text;
  }
}
