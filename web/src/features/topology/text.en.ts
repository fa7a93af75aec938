export const text = {
  title: 'Topology',
  facts_one: '{{count}} way',
  facts_other: '{{count}} ways',
  notRead: 'The policies could not be read',
  empty: 'Nothing is copied anywhere yet',
  emptyHint: 'A policy copies from one registry to others. Here they are drawn together, with what moves along them.',
  policies: 'Policies',
  figuresMissing: 'What moves now could not be read: {{sentence}}',
  hint: 'Choose a line to see which policies copy along it.',
  offNote: 'Grey, dotted lines belong to policies that are disabled or paused.',
  byHand: 'no policy: copied by hand or promoted',
  off: 'nothing is copied: disabled or paused',
  shapes: {
    title: 'What they make together',
    masters: 'Two masters',
    chain: 'Chain',
    'fan-out': 'One to many',
    about: {
      masters:
        'Either may be pushed to. Where both changed a tag, the later push stays, and the other is in the tag’s history.',
      chain: 'Each artifact goes on as soon as it has arrived.',
      'fan-out': 'Read once at the source; the slowest does not hold up the others.',
    },
  },
  ways: { title: 'Ways' },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    topology: typeof text;
  }
}
