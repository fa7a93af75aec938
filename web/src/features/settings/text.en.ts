export const text = {
  system: {
    title: 'Settings',
    notRead: 'The settings could not be read',
    changed: 'Changed <when/>.',
    anonymous: {
      title: 'People who are not signed in',
      words:
        'A project is public where its project admins say so. Everybody who signs in may look at it and pull from it; here you decide about everybody else.',
      label: 'They may look at public projects and pull from them',
      nothingPublic: 'No project is public now, so they see nothing.',
      visible_one: '{{count}} project is visible to anybody who reaches this address:',
      visible_other: '{{count}} projects are visible to anybody who reaches this address:',
      wouldBeVisible_one: '{{count}} project would become visible to anybody who reaches this address:',
      wouldBeVisible_other: '{{count}} projects would become visible to anybody who reaches this address:',
      allow: {
        title: 'Let people look without signing in?',
        words:
          'Anybody who reaches this address may then list these projects and pull from them where they are public, without a name in the log:',
        action: 'Let them look',
        done: 'Public projects are open to everybody now.',
      },
      forbid: {
        title: 'Ask everybody to sign in?',
        words:
          'Pages that people look at without signing in close at once, and pulls without a login are refused, from these projects:',
        action: 'Ask everybody to sign in',
        done: 'Everybody signs in now.',
      },
    },
    tokenService: {
      title: 'Token service',
      words:
        'docker and other tools get a short-lived token here with their login, for what their roles allow and no more. Registries that trust Longshore take it.',
      address: 'token service',
      elsewhere: 'That is the configured address; you opened this page at {{origin}}.',
      unsure:
        'That is where your browser found Longshore. Whether others find it there nobody can tell: set server.publicUrl (LONGSHORE_PUBLIC_URL) to the address that they use.',
      noneTrusts: 'No registry trusts it yet: Longshore goes to each with the registry’s own account, or without any.',
      trust_one: '{{count}} registry trusts it:',
      trust_other: '{{count}} registries trust it:',
      lines: 'The configuration lines for a registry are on its page, under “Tokens”.',
    },
    keys: {
      title: 'Signing keys',
      words: 'Tokens are signed with the current key. Its private part never leaves the server.',
      notRead: 'The keys could not be read',
      state: { current: 'signs', previous: 'only trusted' },
      made: 'made <when/>',
      trustedUntil: 'trusted until {{time}}',
      certificate: 'certificate',
      rotate: 'Make a new key…',
      rotated: 'Tokens are signed with a new key now.',
      ask: {
        title: 'Sign with a new key?',
        words: 'No registry trusts Longshore’s tokens by a file, so nothing has to be changed anywhere.',
        wordsRegistries:
          'These registries know the old key only. Until each has the new file of keys from its page and was started again, it refuses new tokens: people and copies cannot reach it.',
        signs: 'Every token from now on is signed with the new key',
        old: 'Tokens already given hold for the few minutes they were made for',
        registry: '{{name}} needs the new file of keys and a restart',
        action: 'Make a new key',
      },
    },
  },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    settings: typeof text;
  }
}
