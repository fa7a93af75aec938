import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useQuery } from '@tanstack/react-query';
import type { RetentionPlan, RetentionPreview } from 'bff/contract/retention';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { toast } from '../../ui/toast.ts';
import { Where } from './PlanWords.tsx';
import { LeftOut } from './PreviewWords.tsx';
import { previewQuery, useRetentionActions } from './retention-queries.ts';
import styles from './retention.module.css';
import { RowsDialog } from './RowsDialog.tsx';

interface RunDialogProps {
  project: string;
  plan: RetentionPlan;
  onClose: () => void;
}

/** Exactly what would go, and the word for it: where there is more by then, the run waits for another one. */
export function RunDialog({ project, plan, onClose }: RunDialogProps) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { environment, repositories, rules } = plan;
  const previewed = { project, planId: plan.id, environment, repositories, rules };
  // Nothing that was seen before: the question is about now.
  const { data, error, refetch } = useQuery({ ...previewQuery(previewed), staleTime: 0, gcTime: 0 });
  const { run } = useRetentionActions(project);
  const [accepts, setAccepts] = useState(false);
  const [isListed, setIsListed] = useState(false);
  const count = data?.deleteCount ?? 0;
  const isMany = (data?.manyCount ?? 0) > 0;
  if (isListed) return <RowsDialog previewed={previewed} onClose={() => setIsListed(false)} />;
  return (
    <ConfirmDialog
      isOpen
      title={t('run.title')}
      confirmLabel={data !== undefined && count === 0 ? t('run.none') : t('run.action', { count })}
      isDangerous
      isBusy={run.isPending}
      isIncomplete={data === undefined || count === 0 || (isMany && !accepts)}
      error={errorWords(run.error)}
      onConfirm={() =>
        run.mutate(
          { plan, expectedCount: count, acceptsMany: isMany },
          {
            onSuccess: () => {
              toast({ message: t('run.begun'), tone: 'ok' });
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      <div className={styles['question']}>
        <Where environment={environment} />
        {error !== null ? (
          <ErrorState title={t('run.failed')} error={errorWords(error)} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <p className={styles['muted']} aria-live="polite">
            {t('run.asking')}
          </p>
        ) : (
          <Answer preview={data} onList={() => setIsListed(true)} />
        )}
        {isMany ? (
          <FormControlLabel
            control={<Checkbox checked={accepts} onChange={(_event, isAccepted) => setAccepts(isAccepted)} />}
            label={t('run.accept')}
          />
        ) : null}
      </div>
    </ConfirmDialog>
  );
}

function Answer({ preview, onList }: { preview: RetentionPreview; onList: () => void }) {
  const { t } = useTranslation('retention');
  const { bytes, number } = useFormat();
  const directory = useRegistryDirectory();
  const { deleteCount, keepCount, freedBytes, many, manyCount, tagCount } = preview;
  return (
    <>
      <p>
        {deleteCount === 0 ? t('run.nothing') : t('run.takes', { count: deleteCount, kept: number(keepCount) })}{' '}
        {deleteCount === 0 || freedBytes === null ? null : t('run.frees', { size: bytes(freedBytes) })}{' '}
        {deleteCount === 0 ? null : t('run.restorable')}
      </p>
      <LeftOut preview={preview} />
      {manyCount === 0 ? null : (
        <div className={styles['many']}>
          <strong>{t('run.many', { count: manyCount })}</strong>
          <ul>
            {many.map((one) => (
              <li key={`${one.registryId}/${one.repository}`}>
                {t('run.manyOne', {
                  repository: `${directory.find(one.registryId).name} ${one.repository}`,
                  count: one.deleteCount,
                  total: number(one.tagCount),
                })}
              </li>
            ))}
            {manyCount > many.length ? <li>…</li> : null}
          </ul>
        </div>
      )}
      {tagCount === 0 ? null : (
        <Button variant="outlined" className={styles['start'] ?? ''} onClick={onList}>
          {t('run.list')}
        </Button>
      )}
    </>
  );
}
