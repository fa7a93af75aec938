import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useEffect, useState } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pretendMedia } from '../testing/layout.ts';
import { loadWords, renderAt } from '../testing/render.tsx';
import { DataTable } from './DataTable.tsx';
import type { DataTableProps } from './table-props.ts';
import type { Column } from './table-columns.ts';
import { useUrlState } from './use-url-state.ts';
import { setUpPages } from '../testing/set-up-pages.ts';

interface Row {
  name: string;
  sizeBytes: number;
}
const columns: Column<Row>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: ({ name }) => name,
    sorts: { ascending: 'name', descending: '-name' },
    narrow: 'title',
  },
  {
    key: 'size',
    header: 'Size',
    cell: ({ sizeBytes }) => sizeBytes,
    align: 'end',
    sorts: { descending: '-size', first: 'descending' },
    narrow: 'end',
  },
];
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_unused, index) => ({ name: `tag-${index}`, sizeBytes: index }));

function table(props: Partial<DataTableProps<Row>>) {
  return (
    <DataTable
      label="Tags"
      columns={columns}
      rows={rowsOf(3)}
      rowKey={({ name }) => name}
      rowLabel={({ name }) => name}
      {...props}
    />
  );
}
const row = (name: RegExp | string) => screen.getByRole('row', { name });

beforeAll(() => loadWords());
setUpPages();

describe('a table of 100,000 rows', () => {
  it('draws only those in view, and tells screen readers of all', () => {
    renderAt('/tags', table({ rows: rowsOf(100_000) }));
    const grid = screen.getByRole('grid', { name: 'Tags' });
    expect(grid.getAttribute('aria-rowcount')).toBe('100001');
    expect(within(grid).getAllByRole('row').length).toBeLessThan(60);
    expect(row(/tag-0\b/).getAttribute('aria-rowindex')).toBe('2');
  });
});

describe('the keyboard', () => {
  it('goes from row to row, and Enter opens one', async () => {
    const user = userEvent.setup();
    const { router } = renderAt('/tags', table({ rowHref: ({ name }) => `/tags/${name}` }));
    act(() => row(/tag-0/).focus());
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}');
    expect(document.activeElement).toBe(row(/tag-1/));
    await user.keyboard('{Enter}');
    expect(router.state.location.pathname).toBe('/tags/tag-1');
  });

  it('goes to the last and the first row', async () => {
    const user = userEvent.setup();
    renderAt('/tags', table({ rows: rowsOf(5_000) }));
    act(() => row(/tag-0\b/).focus());
    await user.keyboard('{End}');
    expect(document.activeElement).toBe(row(/tag-4999/));
    await user.keyboard('{Home}');
    expect(document.activeElement).toBe(row(/tag-0\b/));
  });

  it('enters the table at one row only', () => {
    renderAt('/tags', table({}));
    const inTabOrder = screen.getAllByRole('row').filter((each) => each.tabIndex === 0);
    expect(inTabOrder).toEqual([row(/tag-0/)]);
  });
});

describe('a list that changes while one is in it', () => {
  const open = ({ name }: Row) => `/tags/${name}`;
  function Live({ later }: { later: (rows: Row[]) => Row[] }) {
    const [rows, setRows] = useState(() => rowsOf(4));
    const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
    useEffect(() => {
      const listener = () => setRows(later);
      addEventListener('later', listener);
      return () => removeEventListener('later', listener);
    }, [later]);
    return (
      <>
        {table({ rows, rowHref: open, selection, onSelectionChange: setSelection })}
        <output aria-label="chosen">{[...selection].join(' ')}</output>
      </>
    );
  }
  const newer = { name: 'newer', sizeBytes: 1 };
  const goOn = () => act(() => void dispatchEvent(new Event('later')));
  const chosen = () => screen.getByLabelText('chosen').textContent;

  it('keeps to the row with the focus when others come above it', async () => {
    const user = userEvent.setup();
    const { router } = renderAt('/tags', <Live later={(rows) => [newer, ...rows]} />);
    act(() => row(/tag-0/).focus());
    await user.keyboard('{ArrowDown}');
    goOn();
    expect(document.activeElement).toBe(row(/tag-1/));
    await user.keyboard(' ');
    expect(chosen()).toBe('tag-1');
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    expect(chosen()).toBe('tag-1 tag-2');
    await user.keyboard('{ArrowUp}{Enter}');
    expect(router.state.location.pathname).toBe('/tags/tag-1');
  });

  it('keeps to the row that was reached without an arrow key', async () => {
    const user = userEvent.setup();
    const { router } = renderAt('/tags', <Live later={(rows) => [newer, ...rows]} />);
    act(() => row(/tag-0/).focus());
    goOn();
    await user.keyboard('{Enter}');
    expect(router.state.location.pathname).toBe('/tags/tag-0');
  });

  it('goes on at the row that took its place when it is gone', async () => {
    const user = userEvent.setup();
    renderAt('/tags', <Live later={(rows) => rows.filter(({ name }) => name !== 'tag-1')} />);
    act(() => row(/tag-0/).focus());
    await user.keyboard('{ArrowDown}');
    goOn();
    expect(document.activeElement).toBe(row(/tag-2/));
    await user.keyboard(' ');
    expect(chosen()).toBe('tag-2');
  });

  it('takes a range from the row that was clicked, wherever that is by now', async () => {
    const user = userEvent.setup();
    renderAt('/tags', <Live later={(rows) => [newer, ...rows]} />);
    await user.click(screen.getByRole('checkbox', { name: 'Select tag-1' }));
    goOn();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select tag-2' }), { shiftKey: true });
    expect(chosen()).toBe('tag-1 tag-2');
  });
});

describe('a click', () => {
  it('opens the row, but not where it lands on a control', async () => {
    const user = userEvent.setup();
    const withButton: Column<Row>[] = [...columns, { key: 'act', header: 'Act', cell: () => <button>Copy</button> }];
    const { router } = renderAt('/tags', table({ columns: withButton, rowHref: ({ name }) => `/tags/${name}` }));
    await user.click(within(row(/tag-1/)).getByRole('button', { name: 'Copy' }));
    expect(router.state.location.pathname).toBe('/tags');
    await user.click(within(row(/tag-1/)).getByText('tag-1'));
    expect(router.state.location.pathname).toBe('/tags/tag-1');
  });
});

describe('sorting', () => {
  function Sorted() {
    const [{ sort }, set] = useUrlState({ sort: 'name' });
    return table({ sort, onSortChange: (next) => set({ sort: next }) });
  }

  it('is kept in the URL and said of the column', async () => {
    const user = userEvent.setup();
    const { router } = renderAt('/tags', <Sorted />);
    const header = (name: string) => screen.getByRole('columnheader', { name });
    expect(header('Name').getAttribute('aria-sort')).toBe('ascending');
    await user.click(within(header('Name')).getByRole('button'));
    expect(router.state.location.search).toBe('?sort=-name');
    await user.click(within(header('Size')).getByRole('button'));
    expect(router.state.location.search).toBe('?sort=-size');
    expect(header('Size').getAttribute('aria-sort')).toBe('descending');
    await user.click(within(header('Name')).getByRole('button'));
    expect(router.state.location.search).toBe('');
  });
});

describe('selecting', () => {
  function Selectable({ rows }: { rows: Row[] }) {
    const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
    return table({ rows, selection, onSelectionChange: setSelection, bulkActions: <button>Copy to…</button> });
  }
  const selected = () =>
    screen
      .getAllByRole('row', { selected: true })
      .map((each) => within(each).getByRole('checkbox').getAttribute('aria-label'));

  it('takes single rows, ranges with Shift, and all', () => {
    renderAt('/tags', <Selectable rows={rowsOf(6)} />);
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select tag-1' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select tag-3' }), { shiftKey: true });
    expect(selected()).toEqual(['Select tag-1', 'Select tag-2', 'Select tag-3']);
    expect(screen.getByText('3 selected')).toBeDefined();
    expect(screen.getByRole('toolbar')).toBeDefined();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select all 6 loaded rows' }));
    expect(selected()).toHaveLength(6);
    fireEvent.click(screen.getByRole('button', { name: 'Clear selection' }));
    expect(screen.queryByRole('toolbar')).toBeNull();
  });

  it('works from the keyboard', async () => {
    const user = userEvent.setup();
    renderAt('/tags', <Selectable rows={rowsOf(6)} />);
    act(() => row(/tag-0/).focus());
    await user.keyboard(' {Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(selected()).toEqual(['Select tag-0', 'Select tag-1', 'Select tag-2']);
  });
});

describe('a list in pages', () => {
  it('asks for the next page when the end comes near, and not twice', () => {
    const onLoadMore = vi.fn();
    const { rerender } = renderAt('/tags', table({ hasMore: true, onLoadMore }));
    expect(onLoadMore).toHaveBeenCalledTimes(1);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('-1');
    expect(screen.getByText('3 rows, more below')).toBeDefined();
    rerender(<p />);
  });

  it('does not ask again by itself after an error', () => {
    const onLoadMore = vi.fn();
    const error = { sentence: 'Longshore does not answer.', requestId: null };
    renderAt('/tags', table({ hasMore: true, onLoadMore, error }));
    expect(onLoadMore).not.toHaveBeenCalled();
    expect(screen.getByRole('alert').textContent).toContain('Longshore does not answer.');
    expect(row(/tag-2/)).toBeDefined();
  });
});

describe('without rows', () => {
  it('the first answer is awaited with skeletons', () => {
    renderAt('/tags', table({ rows: [], isPending: true, empty: <p>No tags</p> }));
    expect(screen.getByRole('grid').getAttribute('aria-busy')).toBe('true');
    expect(screen.queryByText('No tags')).toBeNull();
  });

  it('the empty state is shown', () => {
    renderAt('/tags', table({ rows: [], empty: <p>No tags</p> }));
    expect(screen.getByText('No tags')).toBeDefined();
  });

  it('an error is said in words and can be tried again', async () => {
    const user = userEvent.setup();
    const onRetry = vi.fn();
    renderAt('/tags', table({ rows: [], error: { sentence: 'The registry is down.', requestId: 'r-1' }, onRetry }));
    expect(screen.getByRole('alert').textContent).toContain('The registry is down.');
    expect(screen.getByText('r-1')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});

describe('on a narrow screen', () => {
  it('a row has two lines, and the order is chosen from a list', async () => {
    pretendMedia((query) => query.includes('max-width'));
    const user = userEvent.setup();
    const onSortChange = vi.fn();
    renderAt('/tags', table({ sort: 'name', onSortChange }));
    expect(within(row(/tag-1/)).getAllByRole('gridcell')).toHaveLength(1);
    await user.selectOptions(screen.getByRole('combobox', { name: 'Sort by' }), 'Size ↓');
    expect(onSortChange).toHaveBeenCalledWith('-size');
  });

  it('a table says where its rows stack, and what stands there instead', () => {
    pretendMedia((query) => query === '(max-width: 1279px)');
    const size: Column<Row> = {
      key: 'size',
      header: 'Size',
      narrow: 'below',
      cell: ({ sizeBytes }) => sizeBytes,
      narrowCell: ({ sizeBytes }) => `${sizeBytes} bytes of it`,
    };
    const stacked = { below: '(max-width: 1279px)', rowHeightPx: 98 };
    renderAt('/tags', table({ columns: [...columns.slice(0, 1), size], stacked }));
    expect(row(/tag-1/).textContent).toBe('tag-11 bytes of it');
    expect(row(/tag-1/).style.height).toBe('98px');
  });
});
