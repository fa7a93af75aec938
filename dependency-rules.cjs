// Who may import whom, read by dependency-cruiser (`npm test` runs it as "layers"). Each rule's comment says the remedy.
// docs/architecture.md has the picture; scripts/dependency-rules.test.ts plants every violation and expects its rule to fire.

/**
 * The only ways from one bff feature to another, always to the other's service. An edge is a decision: say why.
 * @type {ReadonlyArray<{ from: string, to: string, why: string }>}
 */
const FEATURE_EDGES = [
  { from: 'catalog', to: 'registries', why: 'scans and notifications need a registry’s client and its health' },
  { from: 'projects', to: 'catalog', why: 'the matrix shows pages of the catalog’s tags' },
  { from: 'repositories', to: 'catalog', why: 'the tag browser shows pages of the catalog’s tags' },
  { from: 'artifacts', to: 'catalog', why: 'an artifact that is not indexed yet is indexed when it is looked at' },
  { from: 'artifacts', to: 'registries', why: 'a config or referrer that is not indexed is read from its registry' },
  { from: 'immutable-rules', to: 'catalog', why: 'only the catalog knows which tags merely carry referrers' },
  { from: 'replication', to: 'registries', why: 'a copy needs the clients of both sides and their slots' },
  { from: 'policies', to: 'replication', why: 'what a policy has planned is copied by the engine there is' },
  {
    from: 'token-service',
    to: 'session',
    why: 'wrong credentials count together with those at sign-in, and are told apart from too many of them',
  },
  {
    from: 'replication',
    to: 'catalog',
    why: 'a finished copy is indexed at once, without waiting for its notification',
  },
];

const TESTS = '\\.(test|integration\\.test|bench)\\.tsx?$|/testing/|/bench/';

/**
 * Modules under `from` may import, of ours, only what matches `allowed`. Tests beside the code are free.
 *
 * @type {(name: string, from: string, allowed: string[], comment: string) => object}
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: '^(web|bff|e2e)/', pathNot: [...allowed, 'node_modules'] },
});

const bffLeaves = [
  only(
    'contract-is-a-leaf',
    '^bff/src/contract/',
    ['^bff/src/contract/'],
    'The browser loads the contract: map to domain types in the feature’s .routes.ts instead of importing them here.',
  ),
  {
    name: 'contract-needs-only-zod',
    comment:
      'The browser loads the contract: move what needs another package or a Node module behind a .routes.ts file.',
    severity: 'error',
    from: { path: '^bff/src/contract/', pathNot: TESTS },
    to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/zod/' },
  },
  only(
    'config-is-a-leaf',
    '^bff/src/config/',
    ['^bff/src/config/'],
    'Config is read before anything else exists: let wire.ts hand its values to the part that needs them.',
  ),
  only(
    'registry-client-is-a-leaf',
    '^bff/src/registry-client/',
    ['^bff/src/registry-client/'],
    'The client knows the OCI specification and nothing of ours: take what it needs as an option, wired in wire.ts.',
  ),
  only(
    'database-is-a-leaf',
    '^bff/src/database/',
    ['^bff/src/(database|observability)/'],
    'The database knows tables, not features: queries with meaning belong in the feature’s .store.ts.',
  ),
  only(
    'observability-is-a-leaf',
    '^bff/src/observability/',
    ['^bff/src/observability/'],
    'Logs and metrics are used by everyone: take names and values as arguments.',
  ),
];

const bffParts = [
  only(
    'engine-knows-only-the-client',
    '^bff/src/replication-engine/',
    ['^bff/src/(replication-engine|registry-client)/'],
    'The engine has no database, queue or clock of its own: pass policy in as an option that is a function.',
  ),
  only(
    'job-queue-knows-only-the-database',
    '^bff/src/job-queue/',
    ['^bff/src/(job-queue|database|observability)/'],
    'The queue knows no job’s meaning: register the handler from the feature’s .job.ts in wire.ts.',
  ),
  only(
    'access-knows-only-the-contract',
    '^bff/src/access/',
    ['^bff/src/(access|contract)/'],
    'The permission table decides from its arguments: look members and projects up in the feature and pass them in.',
  ),
  only(
    'http-knows-no-feature',
    '^bff/src/http/',
    ['^bff/src/(http|contract|access|observability)/'],
    'HTTP is mounted by features: take the session store, the user lookup and the health checks as functions.',
  ),
  only(
    'gateway-knows-access-and-client',
    '^bff/src/gateway/',
    ['^bff/src/(gateway|access|registry-client|observability)/'],
    'The gateway forwards /v2/: let wire.ts give it the lookup of registries and members.',
  ),
  only(
    'features-know-parts-not-wiring',
    '^bff/src/features/',
    [
      '^bff/src/(features|contract|http|access|database|job-queue|registry-client|replication-engine|observability)/',
      // Types of the configuration may be named; its values come through wire.ts (config-only-from-wiring).
      '^bff/src/config/',
    ],
    'A feature is built by wire.ts: take what it needs as an argument of its constructor function.',
  ),
  only(
    'sandbox-is-an-outsider',
    '^bff/src/sandbox/',
    ['^bff/src/(sandbox|registry-client|observability)/', '^bff/src/config/make-directory\\.ts$'],
    'The sandbox starts Longshore as its own process, as anyone would: talk to it through its configuration file and API.',
  ),
];

const bffHabits = [
  {
    name: 'config-only-from-wiring',
    comment: 'Take the value as an argument and let wire.ts pass it; only types may be imported from config.',
    severity: 'error',
    from: { path: '^bff/src/', pathNot: ['^bff/src/(config/|sandbox/|(main|serve|reset-password)\\.ts|wire)', TESTS] },
    to: { path: '^bff/src/config/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'nothing-imports-wiring',
    comment: 'Only main.ts starts the parts list; a part that needs another takes it as an argument in wire.ts.',
    severity: 'error',
    from: { path: '^bff/src/.+/', pathNot: TESTS },
    to: { path: '^bff/src/(main|wire)\\.ts$' },
  },
  {
    name: 'only-stores-touch-the-database',
    comment: 'Move the SQL into the feature’s .store.ts (or the joined query of a screen into its .view.ts).',
    severity: 'error',
    from: { path: '^bff/src/features/', pathNot: ['\\.(store|view)\\.ts$', TESTS] },
    to: { path: '^bff/src/database/|node_modules/kysely/' },
  },
  {
    name: 'only-routes-touch-http',
    comment: 'Move what reads a request or writes an answer into the feature’s .routes.ts.',
    severity: 'error',
    from: { path: '^bff/src/features/', pathNot: ['\\.routes\\.ts$', TESTS] },
    to: { path: '^bff/src/http/|node_modules/express/' },
  },
  {
    name: 'only-routes-and-jobs-map-the-contract',
    comment: 'Stores and services speak domain types: map them to the contract in .routes.ts.',
    severity: 'error',
    from: { path: '^bff/src/features/.+\\.store\\.ts$' },
    to: { path: '^bff/src/contract/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'sql-driver-only-in-database',
    comment: 'Use the database port of bff/src/database; only it knows whether PostgreSQL or the embedded one runs.',
    severity: 'error',
    from: { path: '^bff/src/', pathNot: ['^bff/src/database/', TESTS] },
    to: { path: 'node_modules/(pg|@electric-sql)/' },
  },
  {
    name: 'queue-library-only-in-job-queue',
    comment: 'Use the words of bff/src/job-queue; the library behind it may change.',
    severity: 'error',
    from: { path: '^bff/src/', pathNot: ['^bff/src/job-queue/', TESTS] },
    to: { path: 'node_modules/pg-boss/' },
  },
];

const sources = [...new Set(FEATURE_EDGES.map((edge) => edge.from))];
const featureEdges = [
  {
    name: 'feature-to-feature',
    comment: 'Let wire.ts hand the other feature in as a role, or add the edge to FEATURE_EDGES with its reason.',
    severity: 'error',
    from: {
      path: '^bff/src/features/([^/]+)/',
      pathNot: [...sources.map((name) => `^bff/src/features/${name}/`), TESTS],
    },
    to: { path: '^bff/src/features/', pathNot: '^bff/src/features/$1/' },
  },
  ...sources.map((name) => ({
    name: `feature-to-feature (${name})`,
    comment: 'Listed edges lead only to the other feature’s .service.ts: export there what is needed.',
    severity: 'error',
    from: { path: `^bff/src/features/${name}/`, pathNot: TESTS },
    to: {
      path: '^bff/src/features/',
      pathNot: [
        `^bff/src/features/${name}/`,
        ...FEATURE_EDGES.filter((edge) => edge.from === name).map(
          ({ to }) => `^bff/src/features/${to}/${to}\\.service\\.ts$`,
        ),
      ],
    },
  })),
];

const web = [
  {
    name: 'web-imports-only-the-contract',
    comment: 'What both sides need belongs in bff/contract; the rest is asked for over the API.',
    severity: 'error',
    from: { path: '^(web|e2e)/' },
    to: { path: '^bff/', pathNot: ['^bff/src/contract/', 'node_modules'] },
  },
  only('theme-is-a-leaf', '^web/src/theme/', ['^web/src/theme/'], 'Colours and sizes know nothing: pass them down.'),
  only(
    'i18n-is-a-leaf',
    '^web/src/i18n/',
    ['^web/src/i18n/'],
    'Texts know no component: format values where they are used.',
  ),
  only(
    'ui-is-a-leaf',
    '^web/src/ui/',
    ['^web/src/(ui|theme|i18n)/'],
    'Parts in ui know no registry word and fetch nothing: take values and callbacks as props, or move it to domain.',
  ),
  only(
    'api-is-a-leaf',
    '^web/src/api/',
    ['^web/src/api/', '^bff/src/contract/'],
    'The fetching layer knows no page: throw an ApiError and let the page decide.',
  ),
  only(
    'domain-knows-no-feature',
    '^web/src/domain/',
    ['^web/src/(domain|ui|api|theme|i18n)/', '^web/src/paths\\.ts$', '^bff/src/contract/'],
    'Domain parts serve several features: take what differs as props.',
  ),
  {
    name: 'web-feature-to-feature',
    comment: 'What two features share belongs in domain (knows the words) or ui (does not).',
    severity: 'error',
    from: { path: '^web/src/features/([^/]+)/', pathNot: TESTS },
    to: { path: '^web/src/features/', pathNot: '^web/src/features/$1/' },
  },
  only(
    'features-do-not-import-the-shell',
    '^web/src/features/',
    ['^web/src/(features|domain|ui|api|theme|i18n)/', '^web/src/paths\\.ts$', '^bff/src/contract/'],
    'The shell shows features, not the other way round: move the shared part to domain or ui.',
  ),
  only(
    'shell-knows-no-feature',
    '^web/src/app/',
    ['^web/src/(app|domain|ui|api|theme|i18n)/', '^web/src/paths\\.ts$', '^bff/src/contract/'],
    'Pages are named in routes.tsx, each lazy; the shell takes them through the router.',
  ),
];

const everywhere = [
  {
    name: 'no-test-code-in-production',
    comment: 'Move the part into production code if it is needed there, or the caller into testing/.',
    severity: 'error',
    from: { path: '^(web|bff)/src/', pathNot: TESTS },
    to: { path: ['^(web|bff)/src/.*testing/', '^bff/src/bench/', '\\.test\\.tsx?$'], pathNot: 'node_modules' },
  },
  {
    name: 'no-circular',
    comment: 'Move the part both need into a file of its own, or pass one of them as an argument.',
    severity: 'error',
    from: { pathNot: 'node_modules' },
    to: { circular: true },
  },
  {
    name: 'not-to-unresolvable',
    comment:
      'The file or package does not exist: correct the path (with its extension) or add the package to the catalog.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

module.exports = {
  forbidden: [...bffLeaves, ...bffParts, ...bffHabits, ...featureEdges, ...web, ...everywhere],
  options: {
    // Type-only imports count: a layer that names another’s types already knows it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(web|bff)/dist/' },
    // Without these two `bff/contract` stays unresolved and half of the rules above check nothing.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
