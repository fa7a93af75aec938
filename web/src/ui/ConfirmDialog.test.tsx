import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadWords, renderAt } from '../testing/render.tsx';
import { setUpPages } from '../testing/set-up-pages.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';

setUpPages();
beforeAll(() => loadWords());
afterEach(() => vi.restoreAllMocks());

function open(contentHeight: number) {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(220);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(contentHeight);
  renderAt(
    '/',
    <ConfirmDialog
      isOpen
      title="Stop 30 copies?"
      confirmLabel="Stop 30 copies"
      touched={['payments/api:1.0']}
      isBusy={false}
      error={null}
      onConfirm={() => undefined}
      onClose={() => undefined}
    >
      <p>They begin anew.</p>
    </ConfirmDialog>,
    [],
  );
  return screen.findByRole('list', { name: 'What will be touched' });
}

describe('a question', () => {
  it('lets the keyboard scroll a list that is longer than its box', async () => {
    expect((await open(900)).tabIndex).toBe(0);
  });

  it('does not stop the keyboard at a list that is all in sight', async () => {
    expect((await open(100)).tabIndex).toBe(-1);
  });

  it('keeps its answers out of what scrolls', async () => {
    await open(900);
    const scrolled = screen.getByText('They begin anew.').closest('[tabindex="0"]');
    expect(scrolled).not.toBeNull();
    expect(scrolled?.contains(screen.getByRole('button', { name: 'Stop 30 copies' }))).toBe(false);
  });

  it('does not send the form that it is asked from', async () => {
    const onConfirm = vi.fn<() => void>();
    const onSubmit = vi.fn<() => void>();
    render(
      <form onSubmit={onSubmit}>
        <ConfirmDialog
          isOpen
          title="Leave?"
          confirmLabel="Leave"
          isBusy={false}
          error={null}
          onConfirm={onConfirm}
          onClose={() => {}}
        >
          All is lost.
        </ConfirmDialog>
      </form>,
    );
    await userEvent.setup().click(screen.getByRole('button', { name: 'Leave' }));
    expect(onConfirm).toHaveBeenCalledOnce();
    expect(onSubmit).not.toHaveBeenCalled();
  });
});
