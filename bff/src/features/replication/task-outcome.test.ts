import { expect, it } from 'vitest';
import { RegistryError } from '../../registry-client/index.ts';
import { logLines } from './task-outcome.ts';

it('the line of a blob that is sent again has its cause in words, and as code and parameters to be translated', () => {
  const error = new RegistryError({
    code: 'connection-lost',
    sentence: 'development closed the connection before it had answered.',
    params: { registry: 'development' },
    operation: 'get-blob',
    host: 'development.example',
    retryable: true,
  });
  expect(logLines.blobRestarted('sha256:a', error)).toEqual({
    level: 'warning',
    code: 'blob-restarted',
    sentence: 'sha256:a is sent again: development closed the connection before it had answered.',
    params: {
      digest: 'sha256:a',
      cause: error.sentence,
      causeCode: 'connection-lost',
      'cause.registry': 'development',
    },
  });
});

it('bytes are written in groups of three, and handed on as digits', () => {
  const { sentence, params } = logLines.planned({ blobs: '3', manifests: '1', bytes: '3603248' });
  expect(sentence).toBe('3 blobs and 1 manifest, 3,603,248 bytes in all.');
  expect(params).toMatchObject({ bytes: '3603248' });
});
