import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);

interface RuleSet {
  readonly forbidden: ReadonlyArray<{ readonly name: string; readonly comment?: string }>;
  readonly options: ICruiseOptions;
}
const rules = createRequire(import.meta.url)(path.join(root, 'dependency-rules.cjs')) as RuleSet;

/** For each rule: a file that breaks it, and what it imports. The imported file is planted as well. */
const violations = new Map<string, { from: string; imports: string }>(
  Object.entries({
    'contract-is-a-leaf': { from: 'bff/src/contract/planted.ts', imports: '../access/target.ts' },
    'contract-needs-only-zod': { from: 'bff/src/contract/planted-npm.ts', imports: 'pg' },
    'config-is-a-leaf': { from: 'bff/src/config/planted.ts', imports: '../http/target.ts' },
    'registry-client-is-a-leaf': { from: 'bff/src/registry-client/planted.ts', imports: '../contract/target.ts' },
    'database-is-a-leaf': { from: 'bff/src/database/planted.ts', imports: '../contract/target.ts' },
    'observability-is-a-leaf': { from: 'bff/src/observability/planted.ts', imports: '../http/target.ts' },
    'engine-knows-only-the-client': { from: 'bff/src/replication-engine/planted.ts', imports: '../database/target.ts' },
    'job-queue-knows-only-the-database': { from: 'bff/src/job-queue/planted.ts', imports: '../http/target.ts' },
    'access-knows-only-the-contract': { from: 'bff/src/access/planted.ts', imports: '../http/target.ts' },
    'http-knows-no-feature': { from: 'bff/src/http/planted.ts', imports: '../features/planted/target.ts' },
    'gateway-knows-access-and-client': { from: 'bff/src/gateway/planted.ts', imports: '../database/target.ts' },
    'features-know-parts-not-wiring': {
      from: 'bff/src/features/planted/planted.ts',
      imports: '../../sandbox/target.ts',
    },
    'sandbox-is-an-outsider': { from: 'bff/src/sandbox/planted.ts', imports: '../database/target.ts' },
    'config-only-from-wiring': { from: 'bff/src/http/planted-config.ts', imports: '../config/target.ts' },
    'nothing-imports-wiring': { from: 'bff/src/http/planted-wire.ts', imports: '../wire.ts' },
    'only-stores-touch-the-database': {
      from: 'bff/src/features/planted/p.service.ts',
      imports: '../../database/target.ts',
    },
    'only-routes-touch-http': { from: 'bff/src/features/planted/p.view.ts', imports: '../../http/target.ts' },
    'only-routes-and-jobs-map-the-contract': {
      from: 'bff/src/features/planted/p.store.ts',
      imports: '../../contract/target.ts',
    },
    'sql-driver-only-in-database': { from: 'bff/src/http/planted-pg.ts', imports: 'pg' },
    'queue-library-only-in-job-queue': { from: 'bff/src/http/planted-boss.ts', imports: 'pg-boss' },
    'feature-to-feature': { from: 'bff/src/features/planted/q.service.ts', imports: '../other/target.ts' },
    'web-imports-only-the-contract': { from: 'web/src/planted.ts', imports: '../../bff/src/access/target.ts' },
    'theme-is-a-leaf': { from: 'web/src/theme/planted.ts', imports: '../ui/target.ts' },
    'i18n-is-a-leaf': { from: 'web/src/i18n/planted.ts', imports: '../ui/target.ts' },
    'ui-is-a-leaf': { from: 'web/src/ui/planted.ts', imports: '../api/target.ts' },
    'api-is-a-leaf': { from: 'web/src/api/planted.ts', imports: '../ui/target.ts' },
    'domain-knows-no-feature': { from: 'web/src/domain/planted.ts', imports: '../features/planted/target.ts' },
    'web-feature-to-feature': { from: 'web/src/features/planted/planted.ts', imports: '../other/target.ts' },
    'features-do-not-import-the-shell': { from: 'web/src/features/planted/q.ts', imports: '../../app/target.ts' },
    'shell-knows-no-feature': { from: 'web/src/app/planted.ts', imports: '../features/planted/target.ts' },
    'no-test-code-in-production': { from: 'bff/src/http/planted-test.ts', imports: '../testing/target.ts' },
    'no-circular': { from: 'bff/src/http/circle.ts', imports: './circular.ts' },
    'not-to-unresolvable': { from: 'bff/src/http/planted-missing.ts', imports: './no-such-file.ts' },
  }),
);

// Edges between features are listed in the rules themselves, so their violations are derived.
for (const { name } of rules.forbidden) {
  const feature = /^feature-to-feature \((.+)\)$/.exec(name)?.[1];
  if (feature === undefined) continue;
  violations.set(name, { from: `bff/src/features/${feature}/planted.service.ts`, imports: '../planted/target.ts' });
}

/** A module count below this means that the cruiser did not read TypeScript, and then every rule passes. */
const MODULE_FLOOR = 100;

describe('the import rules', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'longshore-rules-'));
  let found: ReadonlyArray<{ rule: string; from: string }> = [];

  beforeAll(async () => {
    linkPackages(scratch);
    // Before the rest, which would plant a target that leads nowhere.
    plant(
      scratch,
      'bff/src/http/circular.ts',
      "import { planted } from './circle.ts';\nexport const target = planted;\n",
    );
    for (const { from, imports } of violations.values()) {
      plant(scratch, from, `import { target } from '${imports}';\nexport const planted = target;\n`);
      const target = path.join(path.dirname(from), imports);
      if (imports.startsWith('.') && !imports.includes('no-such')) plant(scratch, target, 'export const target = 1;\n');
    }
    plant(scratch, 'bff/src/contract/index.ts', 'export const target = 1;\n');
    plant(scratch, 'web/src/allowed.ts', "import { target } from 'bff/contract';\nexport const allowed = target;\n");
    const result = await read(scratch, ['bff/src', 'web/src']);
    found = result.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it.each(rules.forbidden.map((rule) => rule.name))('%s fires on a planted violation', (name) => {
    const violation = violations.get(name);
    expect(violation, 'every rule needs a violation in this file').toBeDefined();
    expect(found).toContainEqual({ rule: name, from: violation?.from });
  });

  it('say the remedy, each in its comment', () => {
    for (const rule of rules.forbidden) expect(rule.comment?.length, rule.name).toBeGreaterThan(30);
  });

  it('let the page import the contract', () => {
    expect(found.filter(({ from }) => from === 'web/src/allowed.ts')).toEqual([]);
  });

  it('are asked about the whole tree, the contract as seen from the page included', async () => {
    const { modules } = await read(root, ['bff/src', 'web/src', 'e2e']);
    const own = modules.filter((module) => !module.source.includes('node_modules'));
    expect(own.length).toBeGreaterThan(MODULE_FLOOR);
    const seenFromPage = own
      .filter((module) => module.source.startsWith('web/src/'))
      .flatMap((module) => module.dependencies.map((dependency) => dependency.resolved));
    expect(seenFromPage.filter((file) => file.startsWith('bff/src/contract/'))).not.toEqual([]);
  });
});

async function read(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const options = { ...rules.options, baseDir, ruleSet: { forbidden: rules.forbidden }, validate: true };
  const { output } = await cruise(folders, options as ICruiseOptions);
  if (typeof output === 'string') throw new Error(`The cruiser answered with text: ${output.slice(0, 200)}`);
  return output;
}

/** Packages resolve as in the real tree, except that `bff` is the scratch tree's own. */
function linkPackages(scratch: string): void {
  for (const workspace of ['bff', 'web']) {
    const modules = path.join(scratch, workspace, 'node_modules');
    mkdirSync(modules, { recursive: true });
    cpSync(path.join(root, workspace, 'package.json'), path.join(scratch, workspace, 'package.json'));
    for (const name of readdirSync(path.join(root, workspace, 'node_modules'))) {
      if (name === 'bff' || name.startsWith('.')) continue;
      symlinkSync(realpathSync(path.join(root, workspace, 'node_modules', name)), path.join(modules, name));
    }
  }
  symlinkSync('../../bff', path.join(scratch, 'web/node_modules/bff'));
}

function plant(scratch: string, file: string, content: string): void {
  const full = path.join(scratch, file);
  mkdirSync(path.dirname(full), { recursive: true });
  if (!existsSync(full)) writeFileSync(full, content);
}
