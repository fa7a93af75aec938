import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { CellRole } from 'bff/contract/members';
import { type PlaceAction, type Role, roles } from 'bff/contract/permissions';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useListWords } from '../../i18n/use-list-words.ts';
import type { Cell } from './members-draft.ts';
import styles from './members.module.css';
import { useRoleActions } from './members-queries.ts';

interface RoleMenuProps {
  project: string;
  anchor: HTMLElement;
  /** All of them get what is chosen. */
  cells: readonly Cell[];
  /** What the first cell has now. */
  current: CellRole | null;
  onChoose: (role: CellRole | null) => void;
  onClose: () => void;
}

/** The roles for one or several cells, each with what it would let the first cell's member do there. */
export function RoleMenu({ project, anchor, cells, current, onChoose, onClose }: RoleMenuProps) {
  const { t } = useTranslation(['members', 'domain']);
  const environmentName = useEnvironmentName();
  const [first] = cells;
  const isOfAll = cells.every(({ column }) => column === null);
  const words = useRoleWords(project, first);
  const label =
    cells.length === 1 && first !== undefined
      ? t('cell.label', {
          name: first.member.displayName,
          environment: first.column === null ? t('allEnvironments') : environmentName(first.column),
        })
      : t('cell.labelMany', { count: cells.length });
  const item = (role: CellRole | null, name: string, hint: string) => (
    <MenuItem
      key={role ?? 'empty'}
      role="menuitemradio"
      aria-checked={cells.length === 1 && role === current}
      selected={cells.length === 1 && role === current}
      className={styles['choice'] ?? ''}
      onClick={() => onChoose(role)}
    >
      <span className={styles['choiceName']}>{name}</span>
      <span className={styles['choiceHint']}>{hint}</span>
    </MenuItem>
  );
  return (
    <Menu
      anchorEl={anchor}
      open
      onClose={onClose}
      slotProps={{ list: { 'aria-label': label, dense: true }, paper: { className: styles['menu'] ?? '' } }}
    >
      {roles.map((role) => item(role, t(`domain:role.${role}`), words(role)))}
      {isOfAll ? null : item('none', t('cell.none'), t('cell.noneHint'))}
      {isOfAll
        ? item(null, t('cell.unset'), t('cell.unsetHint'))
        : item(null, t('cell.asDefault'), t('cell.asDefaultHint'))}
    </Menu>
  );
}

/** The server says what a role may do; nothing here knows it. */
function useRoleWords(project: string, cell: Cell | undefined): (role: Role) => string {
  const { t } = useTranslation(['members', 'domain']);
  const listWords = useListWords();
  const { actions, outdone, isAsking } = useRoleActions(project, cell);
  const words = (these: readonly PlaceAction[]) => listWords(these.map((action) => t(`domain:action.${action}`)));
  return (role) => {
    const allowed = actions.get(role);
    if (allowed === undefined) {
      const more = outdone.get(role);
      if (more !== undefined) return t('cell.outdone', { group: more.group, role: t(`domain:role.${more.role}`) });
      return isAsking ? t('cell.asking') : '';
    }
    // The next role below it, if all that one may do is in this one: then only the rest has to be said.
    const below = roles.slice(roles.indexOf(role) + 1).find((other) => actions.has(other));
    const less = below === undefined ? undefined : actions.get(below);
    if (below === undefined || less === undefined || !less.every((action) => allowed.includes(action))) {
      return t('cell.may', { what: words(allowed) });
    }
    const rest = allowed.filter((action) => !less.includes(action));
    if (rest.length === 0) return t('cell.may', { what: words(allowed) });
    return t('cell.mayAlso', { role: t(`domain:role.${below}`), what: words(rest) });
  };
}
