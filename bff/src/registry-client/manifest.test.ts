import { describe, expect, test } from 'vitest';
import { isForeignLayer, ManifestError, manifestMaxBytes, parseManifest } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const blob = { mediaType: mediaTypes.ociLayer, digest, size: 3 };
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: blob, layers: [blob] };
const index = {
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests: [{ ...blob, mediaType: mediaTypes.ociManifest }],
};
const bytes = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));
const parse = (document: unknown, type: string = mediaTypes.ociManifest) => parseManifest(bytes(document), type);

describe('a manifest', () => {
  test('of an image shows its config and layers', () => {
    expect(parse({ ...image, artifactType: 'x/y', annotations: { a: 'b', c: 1 } })).toMatchObject({
      kind: 'manifest',
      artifactType: 'x/y',
      config: { digest, sizeBytes: 3 },
      layers: [{ digest }],
      annotations: { a: 'b' },
    });
  });

  test('of an index shows its children with platforms', () => {
    const platform = { os: 'linux', architecture: 'arm64', variant: 'v8', 'os.version': '1' };
    expect(parse({ ...index, manifests: [{ ...blob, platform }] }, mediaTypes.ociIndex)).toMatchObject({
      kind: 'index',
      manifests: [{ platform: { os: 'linux', architecture: 'arm64', variant: 'v8', osVersion: '1' } }],
    });
  });

  test('may leave out its media type, its layers and its children', () => {
    expect(parse({ schemaVersion: 2, config: blob })).toMatchObject({ kind: 'manifest', layers: [] });
    expect(parse({ schemaVersion: 2, config: blob, layers: null })).toMatchObject({ kind: 'manifest', layers: [] });
    expect(parse({ schemaVersion: 2, manifests: [] }, mediaTypes.ociIndex)).toMatchObject({ kind: 'index' });
  });

  test('of the early artifact kind is read too', () => {
    const document = { mediaType: mediaTypes.ociArtifact, artifactType: 'x/y', blobs: [blob], subject: blob };
    expect(parse(document, mediaTypes.ociArtifact)).toMatchObject({
      kind: 'artifact',
      blobs: [{ digest }],
      subject: { digest },
    });
  });

  test.each([
    ['both kinds at once', { ...image, manifests: [] }, mediaTypes.ociManifest],
    ['both kinds at once, called an index', { ...index, layers: [] }, mediaTypes.ociIndex],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, mediaTypes.dockerSchema1Signed],
    ['schema 1 under another name', { schemaVersion: 1, config: blob, layers: [] }, mediaTypes.dockerManifest],
    ['another type than the registry says', index, mediaTypes.ociManifest],
    ['an index called an image', { schemaVersion: 2, manifests: [] }, mediaTypes.ociManifest],
    ['neither kind', { schemaVersion: 2 }, mediaTypes.ociManifest],
    ['a malformed digest', { ...image, config: { ...blob, digest: 'sha256:../../x' } }, mediaTypes.ociManifest],
    ['a negative size', { ...image, config: { ...blob, size: -1 } }, mediaTypes.ociManifest],
    ['a size no number can hold', { ...image, config: { ...blob, size: 1e300 } }, mediaTypes.ociManifest],
    ['layers that are no list', { ...image, layers: {} }, mediaTypes.ociManifest],
    ['too many layers', { ...image, layers: Array.from({ length: 10_001 }, () => blob) }, mediaTypes.ociManifest],
    ['a list for a document', [image], mediaTypes.ociManifest],
  ])('with %s is refused', (_name, document, type) => expect(() => parse(document, type)).toThrow(ManifestError));

  test('that is not JSON, not UTF-8 or too large is refused', () => {
    for (const broken of [Buffer.from('<html>'), Buffer.from([0xff, 0xfe]), Buffer.alloc(manifestMaxBytes + 1, 0x20)]) {
      expect(() => parseManifest(broken, mediaTypes.ociManifest)).toThrow(ManifestError);
    }
  });

  test('says that schema 1 cannot be copied', () => {
    expect(() => parse({ schemaVersion: 1 }, mediaTypes.dockerSchema1)).toThrow(/schema 1, which cannot be copied/);
  });
});

test('foreign layers are known by their urls or their type', () => {
  const descriptor = { mediaType: mediaTypes.ociLayer, digest, sizeBytes: 1 };
  expect(isForeignLayer(descriptor)).toBe(false);
  expect(isForeignLayer({ ...descriptor, urls: ['https://x'] })).toBe(true);
  expect(isForeignLayer({ ...descriptor, mediaType: mediaTypes.dockerForeignLayer })).toBe(true);
  expect(isForeignLayer({ ...descriptor, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar' })).toBe(
    true,
  );
});
