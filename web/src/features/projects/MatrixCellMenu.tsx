import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CopySource } from '../../domain/copy/copy-plan.ts';
import type { CopyIntent } from '../../domain/copy/LazyCopyDialog.tsx';
import { usePushPlaces } from '../../domain/may-push.ts';
import type { PromotionSource } from '../../domain/promotion/promotion-path.ts';
import { usePromotionSteps } from '../../domain/promotion/promotion-queries.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { frontDoor, frontDoorName, pullCommand } from '../../domain/pull-commands.ts';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { paths, projectOf } from '../../paths.ts';
import { copyText } from '../../ui/copy-text.ts';
import { toast } from '../../ui/toast.ts';
import { leftmostColumn } from './matrix-cell.ts';

/** What the menu of a cell begins; each is told what of. */
export interface MatrixCellActions {
  onCopyTo: (intent: CopyIntent) => void;
  onPromote: (source: PromotionSource) => void;
  onDelete: (intent: DeletionIntent) => void;
  /** Told which item of the trash. */
  onRestore: (itemId: string) => void;
}

interface MatrixCellMenuProps extends MatrixCellActions {
  anchor: HTMLElement;
  row: MatrixRow;
  columns: readonly MatrixColumn[];
  /** Index into `columns`. */
  column: number;
  onClose: () => void;
}

export function MatrixCellMenu({
  anchor,
  row,
  columns,
  column,
  onCopyTo,
  onPromote,
  onDelete,
  onRestore,
  onClose,
}: MatrixCellMenuProps) {
  const { t } = useTranslation('projects');
  const pushPlaces = usePushPlaces(projectOf(row.repository));
  const environmentName = useEnvironmentName();
  const [next] = usePromotionSteps(projectOf(row.repository), columns[column]?.environment ?? '');
  const copyAndSay = useCopyAndSay();
  const cell = row.cells[column];
  const here = columns[column];
  const deletePlaces = useDeletePlaces(
    projectOf(row.repository),
    columns.map(({ registryId }) => registryId),
  );
  const leftmostAt = leftmostColumn(row);
  const leftmost = columns[leftmostAt];
  if (cell === undefined || here === undefined) return null;

  const { repository, tag } = row;
  const isHere = cell.digest !== null;
  const mayPushHere = pushPlaces.some(({ id }) => id === here.registryId);
  const hasOther = leftmost !== undefined && leftmostAt !== column;
  const canCopyHere = mayPushHere && hasOther && cell.state !== 'same';
  const canCompare = isHere && hasOther;
  const mayDeleteHere = deletePlaces.includes(here.registryId);
  const trashed = mayDeleteHere ? cell.trash : null;
  const registryIds = columns.flatMap(({ registryId }, at) => (row.cells[at]?.digest ? [registryId] : []));
  const after = (act: () => void) => () => {
    onClose();
    act();
  };
  const source = (registryId: string): CopySource => ({ registryId, repository, references: [tag] });
  return (
    <Menu
      open
      anchorEl={anchor}
      onClose={onClose}
      slotProps={{ list: { 'aria-label': t('menu.label', { tag, registry: here.name }) } }}
    >
      {isHere ? (
        <MenuItem component={Link} to={paths.artifact(repository, tag, { registry: here.registryId })}>
          {t('menu.open')}
        </MenuItem>
      ) : null}
      {isHere ? (
        <MenuItem
          onClick={after(() =>
            copyAndSay(
              pullCommand('docker', {
                ...frontDoor(location),
                name: frontDoorName(here.registryId, repository),
                reference: tag,
              }),
              t('menu.pullCopied'),
            ),
          )}
        >
          {t('menu.copyPull')}
        </MenuItem>
      ) : null}
      {cell.digest === null || next === undefined ? null : (
        <MenuItem
          onClick={after(() => onPromote({ registryId: here.registryId, repository, tag, digest: cell.digest ?? '' }))}
        >
          {t('menu.promote', { environment: environmentName(next.environment) })}
        </MenuItem>
      )}
      {isHere && pushPlaces.length > 0 ? (
        <MenuItem onClick={after(() => onCopyTo({ source: source(here.registryId), destinationIds: [] }))}>
          {t('menu.copyTo')}
        </MenuItem>
      ) : null}
      {canCopyHere ? (
        <MenuItem
          onClick={after(() => onCopyTo({ source: source(leftmost.registryId), destinationIds: [here.registryId] }))}
        >
          {t('menu.copyHere', { registry: leftmost.name })}
        </MenuItem>
      ) : null}
      {canCompare ? (
        <MenuItem
          component={Link}
          to={paths.compare(repository, {
            left: `${leftmost.registryId}/${tag}`,
            right: `${here.registryId}/${tag}`,
          })}
        >
          {t('menu.compare', { registry: leftmost.name })}
        </MenuItem>
      ) : null}
      {cell.digest === null ? null : (
        <MenuItem onClick={after(() => copyAndSay(cell.digest ?? '', t('menu.digestCopied')))}>
          {t('menu.copyDigest')}
        </MenuItem>
      )}
      {trashed === null ? null : (
        <MenuItem onClick={after(() => onRestore(trashed.itemId))}>{t('menu.restore')}</MenuItem>
      )}
      {isHere && mayDeleteHere ? (
        <MenuItem
          onClick={after(() =>
            onDelete({
              repository,
              registryIds,
              chosenIds: [here.registryId],
              what: { kind: 'references', references: [{ name: tag, registryIds }] },
            }),
          )}
        >
          {t('menu.delete')}
        </MenuItem>
      ) : null}
      {!isHere && !canCopyHere && trashed === null ? (
        <MenuItem disabled>{t(cell.trash === null ? 'matrix.missing' : 'matrix.trash')}</MenuItem>
      ) : null}
    </Menu>
  );
}

/** Puts text on the clipboard and says that it did, or shows the text where the browser refuses. */
function useCopyAndSay(): (text: string, said: string) => void {
  const { t } = useTranslation('projects');
  return (text, said) => {
    void copyText(text).then((isCopied) =>
      isCopied
        ? toast({ message: said, tone: 'ok' })
        : toast({ message: t('menu.copyRefused', { text }), tone: 'warn', durationMs: 20_000 }),
    );
  };
}
