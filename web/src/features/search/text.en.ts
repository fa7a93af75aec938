export const text = {
  title: 'Search',
  placeholder: 'Search projects, repositories, tags, digests…',
  hint: 'repository:tag and the beginning of a digest work too',
  recent: 'Recent',
  projects: 'Projects',
  repositories: 'Repositories',
  tags: 'Tags',
  digests: 'Digests',
  results: 'Search results',
  repositoryCount_one: '{{count, number}} repository',
  repositoryCount_other: '{{count, number}} repositories',
  tagCount_one: '{{count, number}} tag',
  tagCount_other: '{{count, number}} tags',
  found_one: '{{count, number}} result',
  found_other: '{{count, number}} results',
  searching: 'Searching…',
  none: 'Nothing matches “{{query}}”',
  noneNext: 'Try a part of a name, repository:tag, or the first characters of a digest.',
  start: 'Type a part of a project, a repository, a tag or a digest.',
  untagged: 'no tag',
  failed: 'The search could not be asked: {{reason}}',
  keys: '↑ ↓ choose · Enter open · Esc close',
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    search: typeof text;
  }
}
