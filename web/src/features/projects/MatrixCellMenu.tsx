import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CellEntry, type MatrixCellActions, useCellEntries } from './use-cell-entries.ts';

interface MatrixCellMenuProps extends MatrixCellActions {
  anchor: HTMLElement;
  row: MatrixRow;
  columns: readonly MatrixColumn[];
  /** Index into `columns`. */
  column: number;
  onClose: () => void;
}

export function MatrixCellMenu({ anchor, row, columns, column, onClose, ...actions }: MatrixCellMenuProps) {
  const { t } = useTranslation('projects');
  const entries = useCellEntries(row, columns, column, actions);
  if (entries.length === 0) return null;
  const label = t('menu.label', { tag: row.tag, registry: columns[column]?.name ?? '' });
  return (
    <Menu open anchorEl={anchor} onClose={onClose} slotProps={{ list: { 'aria-label': label } }}>
      {entries.map((entry) => itemOf(entry, onClose))}
    </Menu>
  );
}

/** Not a component: the menu looks at its own children for which of them has the focus. */
function itemOf({ label, to, act }: CellEntry, onClose: () => void) {
  if (to !== undefined) {
    return (
      <MenuItem key={label} component={Link} to={to}>
        {label}
      </MenuItem>
    );
  }
  const choose = () => {
    onClose();
    act?.();
  };
  return (
    <MenuItem key={label} disabled={act === undefined} onClick={choose}>
      {label}
    </MenuItem>
  );
}
