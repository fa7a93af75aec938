// Builds what is out of date: the server and the sandbox into bff/dist, the page into web/dist. docs/decisions says why
// the server is bundled at all.
import path from 'node:path';
import { build } from 'vite';
import { type BuildName, hashSources, isOutputCurrent, writeBuildStamp } from './build-stamp.mjs';

const root = path.dirname(import.meta.dirname);

const BUILDERS: Record<BuildName, { what: string; run: () => Promise<void> }> = {
  server: { what: 'server', run: buildServer },
  web: { what: 'page', run: buildWeb },
};

async function main(): Promise<void> {
  for (const name of ['server', 'web'] as const) {
    if (isOutputCurrent(root, name)) continue;
    // Taken before the build: a file saved meanwhile makes the result out of date again.
    const hash = hashSources(root, name);
    const startedAt = performance.now();
    await BUILDERS[name].run();
    writeBuildStamp(root, name, hash);
    console.log(`Built the ${BUILDERS[name].what} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
}

async function buildWeb(): Promise<void> {
  await build({ root: path.join(root, 'web'), logLevel: 'warn' });
}

/**
 * Left out of the bundle: PGlite finds its WebAssembly beside its own code, the API page's files are served as they
 * lie, and pg tries optional packages that are not there.
 */
const EXTERNAL = [/^@electric-sql\//, /^swagger-ui-dist/, 'pg-native', 'pg-cloudflare'];

async function buildServer(): Promise<void> {
  await build({
    root: path.join(root, 'bff'),
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: 'dist',
      emptyOutDir: true,
      target: 'node24',
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: {
          longshore: 'src/main.ts',
          sandbox: 'src/sandbox/main.ts',
          seed: 'src/sandbox/seed/main.ts',
          control: 'src/sandbox/control/main.ts',
        },
        external: EXTERNAL,
        output: { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
