import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { PlatformField } from './PlatformField.tsx';

beforeAll(() => loadWords('en', 'policies'));
setUpPages();

function Host({ error }: { error?: string | undefined }) {
  const [values, setValues] = useState<readonly string[]>([]);
  return (
    <>
      <PlatformField values={values} error={error} onChange={setValues} />
      <output aria-label="chosen">{values.join(' and ')}</output>
      <button type="button">elsewhere</button>
    </>
  );
}

describe('the platforms of a policy', () => {
  it('are taken as they are typed, by a space, by Enter, and when the field is left', async () => {
    const user = userEvent.setup();
    renderAt('/', <Host />, []);
    const field = screen.getByRole('combobox', { name: 'Only the platforms' });
    await user.type(field, 'linux/amd64 Linux/ARM/v7{Enter}');
    expect(screen.getByLabelText('chosen').textContent).toBe('linux/amd64 and linux/arm/v7');
    await user.type(field, 'linux/amd64,plan9/386');
    await user.click(screen.getByRole('button', { name: 'elsewhere' }));
    expect(screen.getByLabelText('chosen').textContent).toBe('linux/amd64 and linux/arm/v7 and plan9/386');
    expect(field).toHaveProperty('value', '');
    await user.type(field, '{Backspace}');
    expect(screen.getByLabelText('chosen').textContent).toBe('linux/amd64 and linux/arm/v7');
  }, 60_000);

  it('are not added while the mouse is down: the page under it would move, and the click would be lost', async () => {
    const user = userEvent.setup();
    renderAt('/', <Host />, []);
    await user.type(screen.getByRole('combobox', { name: 'Only the platforms' }), 'amd64');
    await user.pointer({ keys: '[MouseLeft>]', target: screen.getByRole('button', { name: 'elsewhere' }) });
    expect(screen.getByLabelText('chosen').textContent).toBe('');
    await user.pointer('[/MouseLeft]');
    expect(screen.getByLabelText('chosen').textContent).toBe('amd64');
    await user.type(screen.getByRole('combobox', { name: 'Only the platforms' }), 'linux/arm64');
    await user.tab();
    expect(screen.getByLabelText('chosen').textContent).toBe('amd64 and linux/arm64');
  }, 60_000);

  it('say what is wrong with them', () => {
    renderAt('/', <Host error="That is none." />, []);
    const field = screen.getByRole('combobox', { name: 'Only the platforms' });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    const described = (field.getAttribute('aria-describedby') ?? '').split(' ');
    expect(described.map((id) => document.getElementById(id)?.textContent)).toContain('That is none.');
  });
});
