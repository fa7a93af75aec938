import type { MatrixCell, MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import type { CopySource } from '../../domain/copy/copy-plan.ts';
import type { CopyIntent } from '../../domain/copy/LazyCopyDialog.tsx';
import { usePushPlaces } from '../../domain/may-push.ts';
import type { PromotionSource } from '../../domain/promotion/promotion-path.ts';
import { usePromotionSteps } from '../../domain/promotion/promotion-queries.ts';
import { frontDoor, frontDoorName, pullCommand } from '../../domain/pull-commands.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { paths, projectOf } from '../../paths.ts';
import { copyText } from '../../ui/copy-text.ts';
import { toast } from '../../ui/toast.ts';
import { leftmostColumn } from './matrix-cell.ts';

/** What a cell's menu begins; each is told what of. */
export interface MatrixCellActions {
  onCopyTo: (intent: CopyIntent) => void;
  onPromote: (source: PromotionSource) => void;
  onDelete: (intent: DeletionIntent) => void;
  /** Told which item of the trash. */
  onRestore: (itemId: string) => void;
}

/** One line of the menu: it leads somewhere or does something. Neither: it only says why there is nothing else. */
export interface CellEntry {
  readonly label: string;
  readonly to?: string;
  readonly act?: () => void;
}

interface CellPlace {
  readonly row: MatrixRow;
  readonly cell: MatrixCell;
  readonly here: MatrixColumn;
  /** The leftmost other column that has the tag. */
  readonly leftmost: MatrixColumn | undefined;
}

/** What the reader can do with a cell of the matrix. @param column index into `columns` */
export function useCellEntries(
  row: MatrixRow,
  columns: readonly MatrixColumn[],
  column: number,
  actions: MatrixCellActions,
): readonly CellEntry[] {
  const { t } = useTranslation('projects');
  const look = useLookEntries();
  const move = useMoveEntries(row, columns[column], actions);
  const trash = useTrashEntries(row, columns, actions);
  const cell = row.cells[column];
  const here = columns[column];
  if (cell === undefined || here === undefined) return [];
  const leftmostAt = leftmostColumn(row);
  const place = { row, cell, here, leftmost: leftmostAt === column ? undefined : columns[leftmostAt] };
  const entries = [...look(place), ...move(place), ...trash(place)];
  if (entries.length > 0) return entries;
  return [{ label: t(cell.trash === null ? 'matrix.missing' : 'matrix.trash') }];
}

function useLookEntries() {
  const { t } = useTranslation('projects');
  const copyAndSay = useCopyAndSay();
  return ({ row: { repository, tag }, cell, here, leftmost }: CellPlace): CellEntry[] => {
    const { digest } = cell;
    if (digest === null) return [];
    const name = frontDoorName(here.registryId, repository);
    const pull = pullCommand('docker', { ...frontDoor(location), name, reference: tag });
    const sides = { left: `${leftmost?.registryId ?? ''}/${tag}`, right: `${here.registryId}/${tag}` };
    return [
      { label: t('menu.open'), to: paths.artifact(repository, tag, { registry: here.registryId }) },
      { label: t('menu.copyPull'), act: () => copyAndSay(pull, t('menu.pullCopied')) },
      { label: t('menu.copyDigest'), act: () => copyAndSay(digest, t('menu.digestCopied')) },
      ...(leftmost === undefined
        ? []
        : [{ label: t('menu.compare', { registry: leftmost.name }), to: paths.compare(repository, sides) }]),
    ];
  };
}

function useMoveEntries(
  { repository, tag }: MatrixRow,
  column: MatrixColumn | undefined,
  { onCopyTo, onPromote }: Pick<MatrixCellActions, 'onCopyTo' | 'onPromote'>,
) {
  const { t } = useTranslation('projects');
  const pushPlaces = usePushPlaces(projectOf(repository));
  const environmentName = useEnvironmentName();
  const [next] = usePromotionSteps(projectOf(repository), column?.environment ?? '');
  const source = (registryId: string): CopySource => ({ registryId, repository, references: [tag] });
  return ({ cell: { state, digest }, here: { registryId }, leftmost }: CellPlace): CellEntry[] => {
    const isPushPlace = pushPlaces.some(({ id }) => id === registryId);
    const entries: CellEntry[] = [];
    if (digest !== null && next !== undefined) {
      const label = t('menu.promote', { environment: environmentName(next.environment) });
      entries.push({ label, act: () => onPromote({ registryId, repository, tag, digest }) });
    }
    if (digest !== null && pushPlaces.length > 0) {
      const act = () => onCopyTo({ source: source(registryId), destinationIds: [] });
      entries.push({ label: t('menu.copyTo'), act });
    }
    if (isPushPlace && leftmost !== undefined && state !== 'same') {
      const act = () => onCopyTo({ source: source(leftmost.registryId), destinationIds: [registryId] });
      entries.push({ label: t('menu.copyHere', { registry: leftmost.name }), act });
    }
    return entries;
  };
}

function useTrashEntries(
  { repository, tag, cells }: MatrixRow,
  columns: readonly MatrixColumn[],
  { onDelete, onRestore }: Pick<MatrixCellActions, 'onDelete' | 'onRestore'>,
) {
  const { t } = useTranslation('projects');
  const registryIds = columns.map(({ registryId }) => registryId);
  const places = useDeletePlaces(projectOf(repository), registryIds);
  return ({ cell: { digest, trash }, here: { registryId } }: CellPlace): CellEntry[] => {
    if (!places.includes(registryId)) return [];
    if (trash !== null) return [{ label: t('menu.restore'), act: () => onRestore(trash.itemId) }];
    if (digest === null) return [];
    const having = registryIds.filter((_, at) => (cells[at]?.digest ?? null) !== null);
    const references = [{ name: tag, registryIds: having }];
    const what = { kind: 'references', references } as const;
    const act = () => onDelete({ repository, registryIds: having, chosenIds: [registryId], what });
    return [{ label: t('menu.delete'), act }];
  };
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
