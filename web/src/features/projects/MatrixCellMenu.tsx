import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { nameInProject } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import styles from './Matrix.module.css';
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
  const headId = useId();
  const entries = useCellEntries(row, columns, column, actions);
  const registry = columns[column];
  if (entries.length === 0 || registry === undefined) return null;
  return (
    <Menu open anchorEl={anchor} onClose={onClose} slotProps={{ list: { 'aria-labelledby': headId } }}>
      {/* On a phone the cell is a small dot, and the head of its column is far from it. */}
      <li id={headId} className={styles['menuHead']} role="presentation">
        <Sentence
          text={t('menu.head')}
          parts={{
            tag: (
              <strong>
                {nameInProject(row.repository)}:{row.tag}
              </strong>
            ),
            registry: <RegistryChip name={registry.name} environment={registry.environment} />,
          }}
        />
      </li>
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
