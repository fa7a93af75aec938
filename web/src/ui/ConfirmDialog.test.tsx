import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, expect, it, vi } from 'vitest';
import { loadWords } from '../testing/render.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';

beforeAll(() => loadWords('en'));

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
