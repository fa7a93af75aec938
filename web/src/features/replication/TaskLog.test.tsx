import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { LogLine } from 'bff/contract/replication';
import { useState } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { TaskLog } from './TaskLog.tsx';

const line = (id: number): LogLine => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  attempt: 1,
  level: 'info',
  code: 'none-known',
  sentence: `Line ${id}.`,
  params: {},
});

function Growing() {
  const [lines, setLines] = useState<LogLine[]>([]);
  return (
    <>
      <TaskLog lines={lines} fileName="task.log" />
      <button type="button" onClick={() => setLines([...lines, line(lines.length + 1)])}>
        one more
      </button>
    </>
  );
}

beforeAll(() => loadWords('en', 'replication', 'reasons'));
setUpPages();

describe('a log that grows', () => {
  it('follows its end, unless one has scrolled back; also when it was empty at first', async () => {
    vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(2_000);
    const user = userEvent.setup();
    renderAt('/task', <Growing />);
    expect(screen.getByText('Nothing has been logged yet.')).toBeDefined();
    const addLine = () => user.click(screen.getByRole('button', { name: 'one more' }));
    await addLine();
    const list = screen.getByRole('list', { name: 'Log' });
    expect(list.scrollTop).toBe(2_000);
    list.scrollTop = 300;
    fireEvent.scroll(list);
    await addLine();
    expect(list.scrollTop).toBe(300);
    // The window is 600 high.
    list.scrollTop = 1_400;
    fireEvent.scroll(list);
    await addLine();
    expect(list.scrollTop).toBe(2_000);
  });
});

describe('a log that is searched', () => {
  it('is saved whole, and only what is shown is copied', async () => {
    const saved: Blob[] = [];
    const createObjectURL = (blob: Blob) => {
      saved.push(blob);
      return 'blob:log';
    };
    // There is none here.
    Object.assign(URL, { createObjectURL, revokeObjectURL: () => {} });
    const user = userEvent.setup();
    const debug: LogLine = { ...line(3), level: 'debug' };
    renderAt('/task?q=2', <TaskLog lines={[line(1), line(2), debug]} fileName="task.log" />);
    expect(screen.queryByText('Line 1.')).toBeNull();
    expect(screen.getByRole('button', { name: 'Copy the lines shown' })).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Download log' }));
    const text = await saved[0]?.text();
    for (const number of [1, 2, 3]) expect(text).toContain(`Line ${number}.`);
  });
});
