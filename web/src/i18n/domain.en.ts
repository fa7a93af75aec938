/** Words of registries that several features need; used by `domain/`. */
export const text = {
  environment: {
    development: 'development',
    testing: 'testing',
    staging: 'staging',
    production: 'production',
  },
  /** A name that has no translation, within a sentence. */
  asWritten: '{{name}}',
  digest: {
    copy: 'Copy digest {{digest}}',
    copied: 'Copied',
  },
  platforms: {
    more_one: '{{count}} more platform: {{names}}',
    more_other: '{{count}} more platforms: {{names}}',
  },
  inMaintenance: 'in maintenance until {{time}}',
  health: {
    up: 'reachable',
    degraded: 'partly reachable',
    down: 'not reachable',
    unknown: 'not checked yet',
  },
  pull: {
    label: 'Pull commands',
    tools: {
      docker: 'Docker',
      podman: 'Podman',
      skopeo: 'skopeo',
      crictl: 'crictl',
      kubernetes: 'Kubernetes',
      helm: 'Helm',
      oras: 'ORAS',
    },
    by: 'Pull by',
    byTag: 'tag',
    byDigest: 'digest',
    via: 'Through',
    viaLongshore: 'Longshore',
    viaRegistry: 'the registry itself',
    viaRegistryHint: 'The registry’s own address, with the registry’s own users.',
    login: 'First, once on each machine:',
    loginSecret: 'First, once in each namespace; name it in imagePullSecrets:',
    loginLabel: 'login command',
    loginHint:
      'The password is your own or, better on a machine, an access token, which you <account>make in your account</account>.',
    loginHintOther: 'The password is an access token or a robot account’s secret.',
    insecure: '{{host}} has no TLS. Each machine that pulls needs, in {{file}}:',
  },
  push: { label: 'push commands' },
  role: {
    'project-admin': 'project admin',
    maintainer: 'maintainer',
    developer: 'developer',
    guest: 'guest',
    'limited-guest': 'limited guest',
    none: 'no access',
  },
  /** “may …”: the actions of the permission table, in a few words. */
  action: {
    catalog: { read: 'list' },
    artifact: { pull: 'pull', push: 'push', delete: 'delete' },
    member: { read: 'see members' },
    replication: { read: 'see copies' },
    trash: { purge: 'purge' },
    project: { manage: 'manage' },
    audit: { read: 'read the log' },
  },
  allEnvironments: 'all environments',
  needed: {
    system: 'Only a system administrator may do this.',
    project: 'To {{doing}} in {{project}} you need the role {{role}} there; a project admin can give it to you.',
    environment:
      'To {{doing}} in {{environment}} of {{project}} you need the role {{role}} there; a project admin can give it to you.',
    orHigher: '{{role}} or higher',
    only: '{{role}}',
    /** After “to”: the actions of the permission table, as the server says them. */
    doing: {
      catalog: { read: 'see repositories and tags' },
      artifact: { pull: 'pull', push: 'push or copy artifacts', delete: 'delete or restore artifacts' },
      member: { read: 'see members, robots and rules' },
      replication: { read: 'see what is being copied' },
      trash: { purge: 'purge the trash' },
      project: { manage: 'manage members, robots and settings' },
      audit: { read: 'read the audit log' },
    },
    members: 'See the members of {{project}}',
  },
  replication: { label: 'Replication', policies: 'Policies', executions: 'Copies', topology: 'Topology' },
  settings: { label: 'Settings', general: 'General', notices: 'Notices' },
  people: { label: 'People', users: 'Users', groups: 'Groups', robots: 'System robots' },
  secret: { onlyNow: 'It is shown only now: copy it before you close this.', done: 'I have copied it' },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    domain: typeof text;
  }
}
