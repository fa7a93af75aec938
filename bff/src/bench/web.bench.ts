// npm run bench -- web: what a browser fetches to show the sign-in page and then home, counted from the build.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../../..');

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

/** Fetched on the way besides the entry: two pages and their words. Those of other pages lie in the same folders. */
function fetchedLater(language: string): RegExp[] {
  return [
    /^src\/features\/session\/SignInPage\.tsx$/,
    /^src\/features\/home\/HomePage\.tsx$/,
    new RegExp(`^src/i18n/common\\.${language}\\.ts$`),
    new RegExp(`^src/i18n/domain\\.${language}\\.ts$`),
    new RegExp(`^src/features/session/text\\.${language}\\.ts$`),
    new RegExp(`^src/features/home/text\\.${language}\\.ts$`),
  ];
}

function collect(manifest: Manifest, key: string, files: Set<string>): void {
  const chunk = manifest[key];
  if (chunk === undefined || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) collect(manifest, imported, files);
}

function firstLoad(manifest: Manifest, language: string): { file: string; gzipBytes: number }[] {
  const patterns = fetchedLater(language);
  const keys = Object.keys(manifest);
  for (const pattern of patterns) {
    if (!keys.some((key) => pattern.test(key))) throw new Error(`The build has no file for ${pattern.source}.`);
  }
  const files = new Set<string>();
  for (const key of keys) {
    if (manifest[key]?.isEntry === true || patterns.some((pattern) => pattern.test(key))) collect(manifest, key, files);
  }
  // And the document's own script, that is not built.
  const html = readFileSync(path.join(root, 'web/dist/index.html'), 'utf8');
  for (const [, file = ''] of html.matchAll(/<script[^>]* src="\/([^"]+)"/g)) files.add(file);
  return [...files]
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => ({ file, gzipBytes: gzipSync(readFileSync(path.join(root, 'web/dist', file))).length }))
    .toSorted((one, other) => other.gzipBytes - one.gzipBytes);
}

execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { stdio: 'inherit' });
const manifest = JSON.parse(readFileSync(path.join(root, 'web/dist/.vite/manifest.json'), 'utf8')) as Manifest;
const total = (files: ReturnType<typeof firstLoad>) => files.reduce((sum, file) => sum + file.gzipBytes, 0);
const english = firstLoad(manifest, 'en');
const chinese = firstLoad(manifest, 'zh');
for (const { file, gzipBytes } of english) console.log(`${String(gzipBytes).padStart(8)}  ${file}`);
console.log(
  JSON.stringify({
    bench: 'web',
    figures: {
      first_load_gzip_bytes: total(english),
      first_load_chinese_gzip_bytes: total(chinese),
      first_load_files: english.length,
    },
  }),
);
