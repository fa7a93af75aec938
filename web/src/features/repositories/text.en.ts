export const text = {
  facts: {
    tags_one: '{{count, number}} tag',
    tags_other: '{{count, number}} tags',
    lastPush: 'last push',
  },
  projects: 'Projects',
  search: 'Find a tag',
  registry: 'Registry',
  allRegistries: 'All registries',
  tag: 'Tag',
  digest: 'Digest',
  platforms: 'Platforms',
  size: 'Size',
  pushed: 'Pushed',
  by: 'By',
  where: 'In registries',
  whereSame: '{{registry}}: same digest',
  whereFirst: '{{registry}}: here',
  whereDiffers: '{{registry}}: another digest',
  whereMissing: '{{registry}}: not there',
  label: 'Tags of {{repository}}',
  copyTo: 'Copy to…',
  compare: 'Compare',
  copyFrom: 'from {{registry}}',
  noSingleSource: 'No single registry has all of these tags. Choose a registry above first.',
  tooMany: 'At most 500 tags can be copied at once.',
  stale_one: '{{names}} cannot be read now. What is shown of it was last known.',
  stale_other: '{{names}} cannot be read now. What is shown of them was last known.',
  toRegistries: 'See the registries',
  empty: 'No tag in this repository',
  emptyNext: 'Push one and it appears here within two seconds:',
  emptyReader: 'What is pushed to it appears here by itself.',
  noMatch: 'No tag matches “{{query}}”',
  noMatchIn: 'No tag of this repository is in {{registry}}',
  clearFilters: 'Clear the filters',
  notFound: 'There is no repository “{{repository}}”',
  notFoundNext: 'No registry you may read holds it. It may have been deleted, or not been pushed yet.',
  toProject: 'Project {{project}}',
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    repositories: typeof text;
  }
}
