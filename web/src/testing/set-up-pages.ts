import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { pretendMedia, pretendWindowHeight } from './layout.ts';

/** For tests that draw whole pages: a wide window before each, and nothing pretended left after it. */
export function setUpPages(): void {
  beforeEach(() => {
    pretendWindowHeight(600);
    pretendMedia(() => false);
  });
  afterEach(() => {
    cleanup();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
}
