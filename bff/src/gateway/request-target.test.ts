import { describe, expect, it } from 'vitest';
import { OciError } from './oci-error.ts';
import { isFrontDoorTarget, parseTarget } from './request-target.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function statusOf(url: string): number {
  try {
    parseTarget(url);
    return 200;
  } catch (error) {
    if (error instanceof OciError) return error.status;
    throw error;
  }
}

describe('The address of a request', () => {
  it.each([
    ['/v2/dev/payments/api/manifests/v1', { kind: 'manifest', reference: 'v1', isTag: true }],
    [`/v2/dev/payments/api/manifests/${digest}`, { kind: 'manifest', reference: digest, isTag: false }],
    [`/v2/dev/payments/api/manifests/${digest.replace(':', '%3A')}`, { kind: 'manifest', reference: digest }],
    [`/v2/dev/payments/api/blobs/${digest}`, { kind: 'blob', digest }],
    ['/v2/dev/payments/api/blobs/uploads/', { kind: 'new-upload' }],
    ['/v2/dev/payments/api/blobs/uploads', { kind: 'new-upload' }],
    [
      '/v2/dev/payments/api/blobs/uploads/some-id?a=%2F&b',
      { kind: 'upload', uploadId: 'some-id', rawQuery: 'a=%2F&b' },
    ],
    ['/v2/dev/payments/api/tags/list?n=5', { kind: 'tags' }],
    [`/v2/dev/payments/api/referrers/${digest}`, { kind: 'referrers', digest }],
  ])('%s is read', (url, expected) => {
    const place = { registryId: 'dev', repository: 'payments/api', fullName: 'dev/payments/api' };
    expect(parseTarget(url)).toMatchObject({ ...place, ...expected });
  });

  it('reads names from their end, so that a repository may be called like a part of the protocol', () => {
    expect(parseTarget('/v2/dev/blobs/uploads/manifests/tags/list')).toMatchObject({
      kind: 'tags',
      repository: 'blobs/uploads/manifests',
    });
    expect(parseTarget('/v2/dev/single/manifests/v1')).toMatchObject({ repository: 'single' });
    expect(parseTarget('/v2/_catalog')).toMatchObject({ kind: 'catalog' });
    expect(parseTarget('/v2/')).toEqual({ kind: 'base' });
  });

  it.each([
    '/v2/dev/payments%2fapi/manifests/v1',
    '/v2/dev/payments%2Fapi/manifests/v1',
    '/v2/dev%2fpayments/api/manifests/v1',
    '/v2/dev/payments/api/manifests%2fv1',
    '/v2/dev/payments/api%252fother/manifests/v1',
    '/v2/dev/payments/%2e%2e/shop/manifests/v1',
    '/v2/dev/payments/%2E%2E/shop/manifests/v1',
    '/v2/dev/payments/../shop/manifests/v1',
    '/v2/dev/payments/./api/manifests/v1',
    '/v2/dev/../payments/api/manifests/v1',
    '/v2/dev//payments/api/manifests/v1',
    '/v2//dev/payments/api/manifests/v1',
    '/v2/dev/payments/api/manifests/v1/',
    '/v2/dev/payments/api/manifests/',
    '/v2/dev/Payments/api/manifests/v1',
    '/v2/DEV/payments/api/manifests/v1',
    '/v2/dev/payments/api/Manifests/v1',
    '/v2/dev/payments/api/manifests/v1%00',
    '/v2/dev/payments/api/manifests/v1%0a',
    '/v2/dev/payments/api/manifests/v1%7f',
    '/v2/dev/payments\\api/manifests/v1',
    '/v2/dev/payments%5capi/manifests/v1',
    '/v2/dev/payments/api/manifests/v1%',
    '/v2/dev/payments/api/manifests/v1%zz',
    '/v2/dev/payments/%c0%af/manifests/v1',
    '/v2/dev/payments/%ef%bc%8fapi/manifests/v1',
    '/v2/dev/payments/api;x=1/manifests/v1',
    '/v2/dev/payments/api/manifests/v1#x',
    '/v2/dev/payments/api/manifests/../../../shop/api/manifests/v1',
    '/v2/dev/payments/api/manifests/.hidden',
    `/v2/dev/payments/api/manifests/${'t'.repeat(129)}`,
    '/v2/dev/payments/api/manifests/sha256:abc',
    `/v2/dev/payments/api/manifests/sha256:${'A'.repeat(64)}`,
    '/v2/dev/payments/api/blobs/latest',
    '/v2/dev/payments/api/blobs/uploads/..',
    '/v2/dev/payments/api/blobs/uploads/a%2f..%2fb',
    '/v2/dev/payments/api/blobs/uploads/a/b',
    '/v2/dev/manifests/v1',
    `/v2/dev/${'a/'.repeat(200)}b/manifests/v1`,
    '/v2/dev/payments/api/tags/list/',
    '/v2/dev/payments/api/tags/list?last=%00',
    '/v2/_catalog/',
    '/v2/_Catalog',
    '/v2/dev/payments/api',
    '/v2/dev/payments/api/manifests/v1\u0000',
    '/v2/dev/payments/\u00e4pi/manifests/v1',
  ])('%s is refused', (url) => {
    expect([400, 404]).toContain(statusOf(url));
  });

  it('is for the front door in one spelling only', () => {
    expect(['/v2', '/v2/', '/v2/_catalog', '/v2?x'].map(isFrontDoorTarget)).toEqual([true, true, true, true]);
    const others = ['/V2/', '/v2x', '//v2/', '/%762/', 'http://elsewhere/v2/', '/api/../v2/'];
    expect(others.map(isFrontDoorTarget)).toEqual(others.map(() => false));
  });
});
