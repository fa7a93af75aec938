import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Reason } from 'bff/contract/words';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { Cautions } from './Cautions.tsx';

setUpPages();
beforeAll(() => loadWords('en', 'reasons'));

const cautions = (count: number): Reason[] =>
  Array.from({ length: count }, (_, index) => ({ code: 'x', sentence: `Policy ${index + 1} sets it.`, params: {} }));
const open = (count: number) => renderAt('/', <Cautions cautions={cautions(count)} />, []);
const isSeen = (text: string) => screen.getByText(text).closest('details')?.open !== false;

describe('warnings before something is done', () => {
  it('says nothing where there are none', () => {
    open(0);
    expect(screen.queryByRole('status')).toBeNull();
  });

  it('says each of a few', () => {
    open(6);
    expect(isSeen('Policy 6 sets it.')).toBe(true);
    expect(screen.queryByText(/more/)).toBeNull();
  });

  it('counts those beyond the first five, and shows them to who asks', async () => {
    open(10);
    expect(isSeen('Policy 5 sets it.')).toBe(true);
    expect(isSeen('Policy 6 sets it.')).toBe(false);
    await userEvent.click(screen.getByText('and 5 more'));
    expect(isSeen('Policy 10 sets it.')).toBe(true);
  });
});
