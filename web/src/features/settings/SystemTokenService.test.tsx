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
      'GET /registries/production/token-configuration': {
        realm: 'https://longshore.example.com/service/token',
        isAddressSure: true,
      },
    });
    renderAt('/settings', <SystemTokenService />);
    expect(await screen.findByText('https://longshore.example.com/service/token')).toBeDefined();
    expect(
      screen.getByText(`That is the configured address; you opened this page at ${location.origin}.`),
    ).toBeDefined();
  });

  it('is said to be a guess where the server does not know its own', async () => {
    const realm = 'http://10.0.0.5:8080/service/token';
    pretendApi({
      'GET /registries': registries,
      'GET /registries/production/token-configuration': { realm, isAddressSure: false },
    });
    renderAt('/settings', <SystemTokenService />);
    expect(await screen.findByText(realm)).toBeDefined();
    expect(screen.getByText(/set server\.publicUrl \(LONGSHORE_PUBLIC_URL\)/)).toBeDefined();
    expect(screen.queryByText(/^That is the configured address/)).toBeNull();
  });

  it('is the page’s own where there is no registry to be told one', async () => {
    pretendApi({ 'GET /registries': { items: [] } });
    renderAt('/settings', <SystemTokenService />);
    expect(await screen.findByText(`${location.origin}/service/token`)).toBeDefined();
    expect(screen.queryByText(/^That is the configured address/)).toBeNull();
  });
});
