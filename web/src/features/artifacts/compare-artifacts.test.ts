import type { Artifact } from 'bff/contract/artifacts';
import { describe, expect, it } from 'vitest';
import { commandLine, compareArtifacts, compareRecords, environmentOf } from './compare-artifacts.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const layer = (letter: string, sizeBytes: number) => ({
  digest: digest(letter),
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  sizeBytes,
  title: null,
  alsoInRepositories: 0,
});
const artifact = (over: Partial<Artifact>): Artifact => ({
  registryId: 'development',
  repository: 'payments/api',
  tag: '1.0',
  digest: digest('0'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  artifactType: null,
  kind: 'image',
  sizeBytes: 500,
  totalSizeBytes: null,
  createdAt: null,
  pushedAt: null,
  pushedBy: null,
  annotations: {},
  tags: [],
  platform: { os: 'linux', architecture: 'amd64', variant: null, osVersion: null },
  platforms: [],
  layers: [],
  history: [],
  config: null,
  configJson: null,
  manifestJson: '{}',
  subject: null,
  elsewhere: [],
  asOf: null,
  ...over,
});
const config = (over: Partial<NonNullable<Artifact['config']>>): NonNullable<Artifact['config']> => ({
  createdAt: null,
  author: null,
  user: null,
  workingDirectory: '/',
  entrypoint: [],
  command: [],
  environment: [],
  exposedPorts: [],
  volumes: [],
  labels: {},
  stopSignal: null,
  ...over,
});

describe('compareArtifacts', () => {
  it('says what a node that has the left must still fetch', () => {
    const left = artifact({ layers: [layer('a', 100), layer('b', 50)] });
    const right = artifact({ digest: digest('1'), layers: [layer('a', 100), layer('c', 70), layer('c', 70)] });
    const comparison = compareArtifacts(left, right);
    expect(comparison).toMatchObject({ isSame: false, leftBytes: 150, rightBytes: 170, fetchBytes: 70 });
    expect(comparison.counts).toEqual({ same: 1, removed: 1, added: 2 });
  });
  it('compares settings, environment and labels', () => {
    const left = artifact({
      config: config({ command: ['serve'], environment: ['A=1', 'B=2'], labels: { v: '1' }, exposedPorts: ['80/tcp'] }),
    });
    const right = artifact({
      config: config({ command: ['serve', '--port 1'], environment: ['A=1', 'C=3'], labels: { v: '2' }, user: 'app' }),
    });
    const comparison = compareArtifacts(left, right);
    const setting = (name: string) => comparison.settings.find((one) => one.name === name);
    expect(setting('command')).toMatchObject({ state: 'changed', right: 'serve "--port 1"' });
    expect(setting('user')).toMatchObject({ state: 'added', right: 'app' });
    expect(setting('exposedPorts')).toMatchObject({ state: 'removed', left: '80/tcp' });
    expect(setting('workingDirectory')).toMatchObject({ state: 'same' });
    expect(comparison.environment.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'B removed',
      'C added',
      'A same',
    ]);
    expect(comparison.labels).toEqual([{ name: 'v', state: 'changed', left: '1', right: '2' }]);
  });
  it('compares artifacts that have no configuration', () => {
    expect(compareArtifacts(artifact({}), artifact({})).settings.every(({ state }) => state === 'same')).toBe(true);
  });
});

describe('compareRecords', () => {
  it('takes names of Object.prototype for what they are', () => {
    expect(compareRecords({}, { constructor: 'x' })).toEqual([
      { name: 'constructor', state: 'added', left: null, right: 'x' },
    ]);
  });
});

describe('environmentOf', () => {
  it('splits at the first equals sign and keeps names without one', () => {
    expect(environmentOf(config({ environment: ['URL=http://a?b=c', 'EMPTY=', 'BARE'] }))).toEqual({
      URL: 'http://a?b=c',
      EMPTY: '',
      BARE: '',
    });
    expect(environmentOf(null)).toEqual({});
  });
});

describe('commandLine', () => {
  it('quotes what a shell would split', () => {
    expect(commandLine(['/bin/sh', '-c', 'echo "hi"'])).toBe('/bin/sh -c "echo \\"hi\\""');
  });
});
