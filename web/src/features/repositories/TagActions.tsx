import Button from '@mui/material/Button';
import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CopyIntent, LazyCopyDialog } from '../../domain/copy/LazyCopyDialog.tsx';
import { usePushPlaces } from '../../domain/may-push.ts';
import { paths, projectOf } from '../../paths.ts';
import { findCopySource } from './repositories-queries.ts';
import styles from './repositories.module.css';

interface TagActionsProps {
  repository: string;
  /** What is selected. */
  tags: readonly Tag[];
  columns: readonly MatrixColumn[];
  /** The registry people look at; empty for all. */
  registryId: string;
}

/** As many as one request may name. */
const MOST_AT_ONCE = 500;

export function TagActions({ repository, tags, columns, registryId }: TagActionsProps) {
  const { t } = useTranslation('repositories');
  const mayPush = usePushPlaces(projectOf(repository)).length > 0;
  const [copy, setCopy] = useState<CopyIntent | null>(null);
  const sourceId = findCopySource(
    tags,
    columns.map((column) => column.registryId),
    registryId,
  );
  const sourceName = columns.find((column) => column.registryId === sourceId)?.name ?? '';
  const [left, right] = tags;
  const obstacle = tags.length > MOST_AT_ONCE ? t('tooMany') : sourceId === undefined ? t('noSingleSource') : null;
  const startCopy = () => {
    if (sourceId === undefined) return;
    const references = tags.map(({ name }) => name);
    setCopy({ source: { registryId: sourceId, repository, references }, destinationIds: [] });
  };
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
            left: `${left.registries[0]?.registryId ?? ''}/${left.name}`,
            right: `${right.registries[0]?.registryId ?? ''}/${right.name}`,
          })}
        >
          {t('compare')}
        </Button>
      ) : null}
      {mayPush ? <span className={styles['hint']}>{obstacle ?? t('copyFrom', { registry: sourceName })}</span> : null}
      <LazyCopyDialog intent={copy} onClose={() => setCopy(null)} />
    </>
  );
}
