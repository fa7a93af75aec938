import Button from '@mui/material/Button';
import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CopyIntent, LazyCopyDialog } from '../../domain/copy/LazyCopyDialog.tsx';
import { usePushPlaces } from '../../domain/may-push.ts';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { useDeletePlaces } from '../../domain/trash/use-delete-places.ts';
import { paths, projectOf } from '../../paths.ts';
import { findCopySource, placeOf } from './repositories-queries.ts';
import styles from './repositories.module.css';

interface TagActionsProps {
  repository: string;
  /** What is selected. */
  tags: readonly Tag[];
  columns: readonly MatrixColumn[];
  /** The registry people look at; empty for all. */
  registryId: string;
  /** These actions go with the last row, so what becomes of a deletion is shown elsewhere. */
  onDelete: (intent: DeletionIntent) => void;
}

/** As many as one request may name. */
const MOST_AT_ONCE = 500;

export function TagActions({ repository, tags, columns, registryId, onDelete }: TagActionsProps) {
  const { t } = useTranslation('repositories');
  const mayPush = usePushPlaces(projectOf(repository)).length > 0;
  const [copy, setCopy] = useState<CopyIntent | null>(null);
  const sourceId = findCopySource(
    tags,
    columns.map((column) => column.registryId),
    registryId,
  );
  const sourceName = columns.find((column) => column.registryId === sourceId)?.name ?? '';
  const holders = holdersOf(tags, columns);
  const mayDelete = useDeletePlaces(projectOf(repository), holders).length > 0;
  const [left, right] = tags;
  const obstacle = tags.length > MOST_AT_ONCE ? t('tooMany') : sourceId === undefined ? t('noSingleSource') : null;
  const startCopy = () => {
    if (sourceId === undefined) return;
    const references = tags.map(({ name }) => name);
    setCopy({ source: { registryId: sourceId, repository, references }, destinationIds: [] });
  };
  const startDeletion = () =>
    onDelete({
      repository,
      registryIds: holders,
      chosenIds: registryId === '' ? [] : [registryId],
      what: {
        kind: 'references',
        references: tags.map(({ name, registries }) => ({
          name,
          registryIds: registries.map((one) => one.registryId),
        })),
      },
    });
  return (
    <>
      {mayPush ? (
        <Button variant="contained" disabled={obstacle !== null} onClick={startCopy}>
          {t('copyTo')}
        </Button>
      ) : null}
      {left !== undefined && right !== undefined && tags.length === 2 ? (
        <Button
          variant="outlined"
          component={Link}
          to={paths.compare(repository, {
            left: `${placeOf(left, registryId) ?? ''}/${left.name}`,
            right: `${placeOf(right, registryId) ?? ''}/${right.name}`,
          })}
        >
          {t('compare')}
        </Button>
      ) : null}
      {mayDelete ? (
        <Button variant="outlined" color="error" onClick={startDeletion}>
          {t('delete')}
        </Button>
      ) : null}
      {mayPush ? <span className={styles['hint']}>{obstacle ?? t('copyFrom', { registry: sourceName })}</span> : null}
      <LazyCopyDialog intent={copy} onClose={() => setCopy(null)} />
    </>
  );
}

/** Registries that have one of them at least, in the order of their environments. */
function holdersOf(tags: readonly Tag[], columns: readonly MatrixColumn[]): string[] {
  const held = new Set(tags.flatMap(({ registries }) => registries.map((place) => place.registryId)));
  return columns.flatMap((column) => (held.has(column.registryId) ? [column.registryId] : []));
}
