import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mediaTypes } from '../registry-client/index.ts';
import type { RealRegistry } from '../testing/real-registry.ts';
import type { Image } from './bench-images.ts';
import { run } from './figures.ts';

export async function skopeoCopy(source: RealRegistry, target: RealRegistry, images: readonly Image[]): Promise<void> {
  for (const { repository, tag } of images) {
    const [from, to] = [`docker://${source.host}/${repository}:${tag}`, `docker://${target.host}/${repository}:${tag}`];
    await run('skopeo', ['copy', '--quiet', '--all', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]);
  }
}

export async function skopeoSync(
  source: RealRegistry,
  target: RealRegistry,
  images: readonly Image[],
  directory: string,
): Promise<void> {
  const names = [...new Set(images.map((image) => image.repository))];
  const file = path.join(directory, 'skopeo.yml');
  const lines = names.map((name) => `    ${name}: []`);
  await writeFile(file, [`"${source.host}":`, '  tls-verify: false', '  images:', ...lines, ''].join('\n'));
  await run('skopeo', [
    'sync',
    '--all',
    '--src',
    'yaml',
    '--dest',
    'docker',
    '--dest-tls-verify=false',
    file,
    target.host,
  ]);
}

/** Two curl processes, each with several connections: one reads all blobs, one writes all blobs and then the manifests. */
export async function runBound(
  source: RealRegistry,
  target: RealRegistry,
  images: readonly Image[],
  directory: string,
): Promise<void> {
  const blobs = images.flatMap((image) => image.blobs);
  const read = curlParallel(
    path.join(directory, 'read.txt'),
    blobs.map((blob) => [`url = ${source.url}/v2/${blob.repository}/blobs/${blob.digest}`, 'output = /dev/null']),
  );
  const write = async (): Promise<void> => {
    const opened = await curlParallel(
      path.join(directory, 'open.txt'),
      blobs.map((blob) => [
        `url = ${target.url}/v2/${blob.repository}/blobs/uploads/`,
        'request = POST',
        'output = /dev/null',
        String.raw`write-out = "${blob.repository}@${blob.digest} %header{location}\n"`,
      ]),
    );
    const locations = new Map(
      opened
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    await curlParallel(
      path.join(directory, 'write.txt'),
      blobs.map((blob) => [
        `url = "${locations.get(`${blob.repository}@${blob.digest}`) ?? ''}&digest=${blob.digest}"`,
        `upload-file = ${blob.file}`,
        'header = "Expect:"',
        'output = /dev/null',
      ]),
    );
    await curlParallel(
      path.join(directory, 'manifests.txt'),
      await Promise.all(
        images.map(async (image) => {
          const file = path.join(directory, `${image.repository}-${image.tag}.json`);
          await writeFile(file, image.bytes);
          return [
            `url = ${target.url}/v2/${image.repository}/manifests/${image.tag}`,
            'request = PUT',
            `data-binary = @${file}`,
            `header = "Content-Type: ${mediaTypes.ociManifest}"`,
            'output = /dev/null',
          ];
        }),
      ),
    );
  };
  await Promise.all([read, write()]);
}

async function curlParallel(file: string, transfers: readonly (readonly string[])[]): Promise<string> {
  await writeFile(file, transfers.map((lines) => lines.join('\n')).join('\nnext\n'));
  return run('curl', [
    '--silent',
    '--show-error',
    '--fail',
    '--no-progress-meter',
    '--parallel',
    '--parallel-max',
    '8',
    '--config',
    file,
  ]);
}
