import { cleanup, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { pretendApi } from '../../testing/api.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { SystemTokenService } from './SystemTokenService.tsx';

beforeAll(() => loadWords('en', 'settings'));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const registries = { items: [{ id: 'production', name: 'production', trustsLongshore: false }] };

describe('the address of the token service', () => {
  it('is the one that registries are told, wherever the page was opened', async () => {
    pretendApi({
      'GET /registries': registries,
      'GET /registries/production/token-configuration': { realm: 'https://longshore.example.com/service/token' },
    });
    renderAt('/settings', <SystemTokenService />);
    expect(await screen.findByText('https://longshore.example.com/service/token')).toBeDefined();
    expect(
      screen.getByText(`That is the configured address; you opened this page at ${location.origin}.`),
    ).toBeDefined();
  });

  it('is the page’s own where there is no registry to be told one', async () => {
    pretendApi({ 'GET /registries': { items: [] } });
    renderAt('/settings', <SystemTokenService />);
    expect(await screen.findByText(`${location.origin}/service/token`)).toBeDefined();
    expect(screen.queryByText(/^That is the configured address/)).toBeNull();
  });
});
