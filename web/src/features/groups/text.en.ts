export const text = {
  title: 'Groups',
  count_one: '{{count, number}} group',
  count_other: '{{count, number}} groups',
  add: 'Add group',
  edit: 'Edit',
  remove: 'Remove…',
  search: 'Find a group or a person in one',
  empty: 'No group yet',
  emptyNext: 'A role given to a group is a role of everybody in it: one change instead of many.',
  noMatch: 'No group matches “{{query}}”',
  showAll: 'Show all groups',
  actions: 'Actions for {{name}}',
  nobody: 'nobody yet',
  people_one: '{{count, number}} person:',
  people_other: '{{count, number}} people:',
  column: {
    name: 'Group',
    people: 'People',
    description: 'Description',
    projects: 'Projects',
    created: 'Added',
    menu: 'Actions',
  },
  form: {
    addTitle: 'Add a group',
    editTitle: 'Edit {{name}}',
    name: 'Name',
    nameHint: 'Project admins find it by this name',
    description: 'Description',
    people: 'People',
    peoplePlaceholder: 'Type a name',
    peopleHint_one: '{{count, number}} person. What the group may do, they may do at once.',
    peopleHint_other: '{{count, number}} people. What the group may do, they may do at once.',
    searching: 'Searching…',
    nobody: 'Nobody else is called so.',
    create: 'Add group',
    save: 'Save',
    saved: '{{name}} is saved.',
    taken: 'There is already a group with this name.',
    invalid: {
      name: 'Use letters, digits, spaces and . _ @ - between them, at most 64.',
      description: 'At most 500 characters.',
    },
  },
  removal: {
    title: 'Remove the group {{name}}?',
    words:
      'It cannot be brought back. Accounts and roles of their own stay; what the group gave is taken away at once:',
    roles_one: 'Its roles in {{count, number}} project',
    roles_other: 'Its roles in {{count, number}} projects',
    people_one: '{{count, number}} person loses what they had only through it',
    people_other: '{{count, number}} people lose what they had only through it',
    action: 'Remove group',
    done: 'The group {{name}} is removed.',
  },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    groups: typeof text;
  }
}
