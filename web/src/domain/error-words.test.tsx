import { cleanup, screen } from '@testing-library/react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../i18n/i18n.ts';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { pretendApi } from '../testing/api.ts';
import { loadWords, renderAt } from '../testing/render.tsx';
import { ErrorState } from '../ui/ErrorState.tsx';
import { useErrorWords } from './error-words.ts';
import { useProjectAccess } from './project-access.ts';

const refusal = new ApiError(403, 'permission-missing', {
  type: '/problems/permission-missing',
  title: 'Refused',
  status: 403,
  code: 'permission-missing',
  detail: 'To push in production of payments you need the role developer or higher there.',
  requestId: 'r-1',
  needed: {
    action: 'artifact.push',
    roles: ['developer', 'maintainer', 'project-admin'],
    project: 'payments',
    environment: 'production',
  },
});

function Refused() {
  const words = useErrorWords();
  const { ready } = useTranslation(['common', 'domain']);
  return ready ? <ErrorState title="Not pushed" error={words(refusal)} /> : null;
}
/** Says when the answer that the link waits for is there. */
function Known() {
  return <p>{useProjectAccess('payments')?.length} environment known</p>;
}
const openAs = (actions: readonly string[]) => {
  pretendApi({ 'GET /projects/payments': { access: [{ environment: 'testing', role: null, actions }] } });
  renderAt(
    '/here',
    <>
      <Refused />
      <Known />
    </>,
  );
};

beforeAll(() => loadWords());
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await changeLanguage('en');
});

describe('a refusal', () => {
  it('says what is needed, and leads to who can give it', async () => {
    openAs(['catalog.read', 'member.read']);
    expect(screen.getByRole('alert').textContent).toContain('you need the role developer');
    const link = await screen.findByRole('link', { name: 'See the members of payments' });
    expect(link.getAttribute('href')).toBe('/projects/payments/members');
  });

  it('does so in Chinese as well', async () => {
    await changeLanguage('zh-CN');
    openAs(['member.read']);
    expect(screen.getByRole('alert').textContent).toContain(
      '要在 payments 的生产环境中推送或复制制品，需要在那里具有开发者或更高的角色',
    );
    expect(await screen.findByRole('link', { name: '查看 payments 的成员' })).toBeDefined();
  });

  it('does not lead where one would be refused again', async () => {
    openAs(['catalog.read']);
    expect(await screen.findByText('1 environment known')).toBeDefined();
    expect(screen.queryByRole('link')).toBeNull();
  });
});
