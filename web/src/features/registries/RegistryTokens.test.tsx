import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi } from '../../testing/api.ts';
import { sessionOf } from '../../testing/people.ts';
import { registryOf } from '../../testing/registries.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { RegistryNotifications } from './RegistryNotifications.tsx';
import { RegistryTokens } from './RegistryTokens.tsx';

beforeAll(() => loadWords('en', 'registries'));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const registry = registryOf({});
const origin = 'http://10.0.0.5:8080';
const guess = /These lines name http:\/\/10\.0\.0\.5:8080.*set server\.publicUrl \(LONGSHORE_PUBLIC_URL\)/;

describe.each([
  ['a guess', false],
  ['known', true],
])('Lines for a registry, where the address of the console is %s', (_name, isAddressSure) => {
  const expected = isAddressSure ? 0 : 1;

  it('say so beside those for tokens', async () => {
    pretendApi({
      'GET /registries/north/token-configuration': {
        realm: `${origin}/service/token`,
        isAddressSure,
        service: 'north',
        issuer: 'longshore',
        certificatePem: 'PEM',
        jwks: '{}',
        version2Yaml: 'of 2',
        version3Yaml: 'of 3',
      },
    });
    renderAt('/registries/north', <RegistryTokens registry={registry} />, [
      [sessionQuery().queryKey, sessionOf('admin')],
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Configuration lines' }));
    expect(await screen.findByText('of 3')).toBeDefined();
    expect(screen.queryAllByText(guess)).toHaveLength(expected);
  });

  it('say so beside those for notifications', async () => {
    pretendApi({
      'POST /registries/north/notification-secret': {
        url: `${origin}/api/v1/registries/north/notifications`,
        isAddressSure,
        configurationYaml: 'tell of pushes',
      },
    });
    renderAt('/registries/north', <RegistryNotifications registry={registry} />, [
      [sessionQuery().queryKey, sessionOf('admin')],
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Make configuration lines' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Make new secret' }));
    expect(await screen.findByText('tell of pushes')).toBeDefined();
    expect(screen.queryAllByText(guess)).toHaveLength(expected);
  });
});
