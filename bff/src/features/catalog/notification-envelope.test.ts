import { describe, expect, test } from 'vitest';
import { EnvelopeError, readEnvelope, readPulls } from './notification-envelope.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const push = {
  id: 'e1',
  action: 'push',
  timestamp: '2026-01-02T03:04:05.678Z',
  target: { mediaType, repository: 'payments/api', tag: 'v1', digest },
  request: { addr: '10.0.0.9:4711', useragent: 'docker/27' },
  source: { addr: 'registry-1:5000' },
};
const read = (...events: unknown[]) => readEnvelope({ events }, 'longshore/1.0');

describe('readEnvelope', () => {
  test('reads who pushed what and when', () => {
    expect(read({ ...push, actor: { name: 'ci' } })).toEqual([
      {
        eventId: 'e1',
        action: 'push',
        repository: 'payments/api',
        tag: 'v1',
        digest,
        actor: 'ci',
        occurredAt: new Date('2026-01-02T03:04:05.678Z'),
      },
    ]);
  });

  test('names the client’s address where the registry knows no name, in any spelling', () => {
    expect(read(push)[0]?.actor).toBe('10.0.0.9');
    expect(read({ ...push, request: { addr: '[::1]:4711' } })[0]?.actor).toBe('::1');
    expect(read({ ...push, request: undefined })[0]?.actor).toBe('registry-1');
    expect(read({ ...push, request: undefined, source: undefined })[0]?.actor).toBeNull();
  });

  test('names nobody for our own requests', () => {
    expect(read({ ...push, request: { addr: '10.0.0.9:1', useragent: 'longshore/1.0' } })[0]?.actor).toBeNull();
  });

  test.each([
    ['a pull', { ...push, action: 'pull' }],
    ['a mount', { ...push, action: 'mount' }],
    ['a blob', { ...push, target: { mediaType: 'application/octet-stream', repository: 'payments/api', digest } }],
    ['the trash', { ...push, target: { ...push.target, repository: 'longshore-trash/payments/api' } }],
    ['a name that is none', { ...push, target: { ...push.target, repository: '../etc' } }],
    ['neither tag nor digest', { ...push, target: { ...push.target, tag: '', digest: 'x' } }],
    ['no id', { ...push, id: '' }],
    ['an id without end', { ...push, id: 'x'.repeat(257) }],
    ['null', null],
    ['a number', 7],
    ['a prototype', JSON.parse('{"__proto__":{"id":"e1","action":"push"}}')],
  ])('passes over %s', (_, event) => {
    expect(read(event)).toEqual([]);
  });

  test('keeps an event whose time is no time, and takes no NUL into the database', () => {
    expect(read({ ...push, timestamp: 'soon', actor: { name: 'c\u0000i\ud800' } })[0]).toMatchObject({
      occurredAt: null,
      actor: 'ci\ufffd',
    });
  });

  test.each([[null], [[]], ['events'], [{}], [{ events: {} }]])('refuses %j', (envelope) => {
    expect(() => readEnvelope(envelope, '')).toThrow(EnvelopeError);
  });

  test('refuses more events than a registry sends', () => {
    expect(() => read(...Array.from({ length: 10_001 }, () => push))).toThrow(EnvelopeError);
  });
});

describe('Pulls of an envelope', () => {
  const pulled = {
    ...push,
    action: 'pull',
    timestamp: '2026-01-02T03:04:05Z',
    request: { addr: '10.0.0.9:1', useragent: 'containerd/2.0' },
  };
  const pulls = (...events: unknown[]) => readPulls({ events }, 'longshore/1.0');

  test('are those of manifests, by digest, when the registry says', () => {
    const atMs = Date.parse('2026-01-02T03:04:05Z');
    expect(pulls(pulled)).toEqual([{ repository: 'payments/api', digest, atMs }]);
    expect(pulls({ ...pulled, timestamp: 'soon' })).toEqual([{ repository: 'payments/api', digest, atMs: undefined }]);
  });

  test.each([
    ['a push', push],
    ['a blob', { ...pulled, target: { ...push.target, mediaType: 'application/octet-stream' } }],
    ['our own', { ...pulled, request: { useragent: 'longshore/1.0' } }],
    ['the trash', { ...pulled, target: { ...push.target, repository: 'longshore-trash/payments/api' } }],
    ['no digest', { ...pulled, target: { ...push.target, digest: 'x' } }],
    ['null', null],
  ])('are not %s', (_, event) => {
    expect(pulls(event)).toEqual([]);
  });

  test('are none in what is no envelope', () => {
    for (const envelope of [null, [], {}, { events: {} }]) expect(readPulls(envelope, '')).toEqual([]);
  });
});
