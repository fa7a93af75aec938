import { describe, expect, it } from 'vitest';
import { registryOf } from '../../testing/registries.ts';
import {
  changedFields,
  changeOf,
  draftOf,
  emptyRegistryForm,
  fieldOfServerPath,
  findProblems,
  formOfRegistry,
  proposeRegistryId,
  testOf,
} from './registry-form.ts';

const stored = registryOf({
  id: 'branch-north',
  name: 'Branch north',
  position: 4,
  endpoints: [{ url: 'https://north.example', state: 'up', checkedAt: null, latencyMs: 3, since: null, reason: null }],
  pullHost: 'north.example',
  username: 'longshore',
  hasPassword: true,
  version: 7,
});
const filled = {
  ...emptyRegistryForm,
  name: 'Branch north',
  id: 'branch-north',
  environment: 'production',
  endpointUrls: [{ url: ' https://north.example ' }, { url: '' }],
};

describe('the stored password', () => {
  const values = formOfRegistry(stored);
  it('is kept when the field stays empty', () => expect(changeOf(values, stored)).not.toHaveProperty('password'));
  it('is replaced by what is typed', () => {
    expect(changeOf({ ...values, password: 'new' }, stored).password).toBe('new');
  });
  it('goes when it is removed, or when the username goes', () => {
    expect(changeOf({ ...values, isPasswordRemoved: true }, stored).password).toBeNull();
    expect(changeOf({ ...values, username: '' }, stored)).toMatchObject({ username: null, password: null });
  });
  it('is never in the form', () => expect(values.password).toBe(''));
});

describe('a registry that trusts Longshore', () => {
  it('is sent neither a username nor a password, and loses the stored one', () => {
    const values = { ...formOfRegistry(stored), trustsLongshore: true, password: 'typed before' };
    expect(changeOf(values, stored)).toMatchObject({ trustsLongshore: true, username: null, password: null });
    expect(draftOf({ ...filled, trustsLongshore: true, username: 'u', password: 'p' })).not.toHaveProperty('password');
  });
  it('differs from one that does not', () => {
    expect(changedFields(stored, { ...stored, trustsLongshore: true })).toEqual(['trustsLongshore']);
  });
});

describe('the stores that blobs may come from', () => {
  it('are written one a line, or however a person parts them', () => {
    const values = { ...formOfRegistry(stored), redirectHosts: ' s3.example.com,\nstore.internal:9000 ' };
    expect(changeOf(values, stored).redirectHosts).toEqual(['s3.example.com', 'store.internal:9000']);
    expect(changeOf(formOfRegistry({ ...stored, redirectHosts: ['a', 'b:1'] }), stored).redirectHosts).toEqual([
      'a',
      'b:1',
    ]);
  });
  it('are hosts, and a mistake is shown at their field', () => {
    const values = { ...filled, redirectHosts: 'https://s3.example.com/bucket' };
    expect(findProblems(values, { kind: 'create' })).toEqual([{ field: 'redirectHosts', kind: 'invalid' }]);
    expect(fieldOfServerPath('redirectHosts', values)).toBe('redirectHosts');
  });
});

describe('what is sent', () => {
  it('leaves empty address lines out and trims the others', () => {
    expect(draftOf(filled).endpointUrls).toEqual(['https://north.example']);
  });
  it('carries the version that was read, so that two editors notice each other', () => {
    expect(changeOf(formOfRegistry(stored), stored).version).toBe(7);
  });
  it('tests with the registry’s id, so that its stored password can be used', () => {
    expect(testOf(formOfRegistry(stored), stored).registryId).toBe('branch-north');
    expect(testOf(filled, undefined)).not.toHaveProperty('registryId');
  });
});

describe('problems by field', () => {
  it('are none in a filled form', () => expect(findProblems(filled, { kind: 'create' })).toEqual([]));
  it('ask for what is missing', () => {
    const problems = findProblems(emptyRegistryForm, { kind: 'create' });
    expect(problems).toEqual([
      { field: 'id', kind: 'required' },
      { field: 'name', kind: 'required' },
      { field: 'environment', kind: 'required' },
      { field: 'endpointUrls.0.url', kind: 'required' },
    ]);
  });
  it('point at the address that is no address, counting the empty lines', () => {
    const values = { ...filled, endpointUrls: [{ url: '' }, { url: 'https://a.example' }, { url: 'ftp://b' }] };
    expect(findProblems(values, { kind: 'create' })).toEqual([{ field: 'endpointUrls.2.url', kind: 'invalid' }]);
  });
  it('ask a test only about the connection', () => {
    const values = { ...emptyRegistryForm, endpointUrls: [{ url: 'https://a.example' }] };
    expect(findProblems(values, { kind: 'test', stored: undefined })).toEqual([]);
  });
  it('refuse a position that is no number', () => {
    expect(findProblems({ ...filled, position: '1.5' }, { kind: 'create' })).toEqual([
      { field: 'position', kind: 'invalid' },
    ]);
  });
  it('of the server find their field', () => {
    const values = { ...filled, endpointUrls: [{ url: '' }, { url: 'https://a.example' }] };
    expect(fieldOfServerPath('body.endpointUrls.0', values)).toBe('endpointUrls.1.url');
    expect(fieldOfServerPath('endpointUrls', values)).toBe('endpointUrls.1.url');
    expect(fieldOfServerPath('body.name', values)).toBe('name');
  });
});

it('proposes an id from the name', () => {
  expect(proposeRegistryId('Branch North (2)')).toBe('branch-north-2');
  expect(proposeRegistryId('Zürich')).toBe('zurich');
  expect(proposeRegistryId('分店')).toBe('');
});

it('says which fields somebody else changed', () => {
  expect(changedFields(stored, { ...stored, name: 'North', username: null, version: 8 })).toEqual(['name', 'username']);
});
