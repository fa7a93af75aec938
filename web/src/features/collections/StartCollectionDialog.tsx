import type { Collection } from 'bff/contract/collections';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { limitOf, refusedMs, USUAL_MINUTES } from './collection-words.ts';
import { useCollectionActions } from './collections-queries.ts';
import styles from './collections.module.css';

interface StartCollectionDialogProps {
  registry: Registry;
  /** The latest first. */
  runs: readonly Collection[];
  onStarted: (run: Collection) => void;
  onClose: () => void;
}

/** Says beforehand what a collection touches, what it would take, and for how long writes were refused the last time. */
export function StartCollectionDialog({ registry, runs, onStarted, onClose }: StartCollectionDialogProps) {
  const { t } = useTranslation('collections');
  const { bytes, duration, number } = useFormat();
  const errorWords = useErrorWords();
  const { start } = useCollectionActions(registry.id);
  const [limit, setLimit] = useState(String(USUAL_MINUTES));
  const [wasSent, setWasSent] = useState(false);
  const limitMinutes = limitOf(limit);
  const looked = runs.find(({ eligibleCount, removedCount }) => eligibleCount !== null && removedCount === null);
  const last = runs.find(({ writesRefusedAt, writableAt }) => writesRefusedAt !== null && writableAt !== null);
  const lastMs = last === undefined ? null : refusedMs(last, 0);
  return (
    <ConfirmDialog
      isOpen
      title={t('start.title', { name: registry.name })}
      touched={[
        t('start.tags'),
        t('start.writes'),
        ...(lastMs === null ? [] : [t('refusedUsually', { time: duration(lastMs) })]),
        t('start.restart'),
        ...(looked === undefined
          ? []
          : [
              t('start.bytes', {
                count: looked.eligibleCount ?? 0,
                shown: number(looked.eligibleCount ?? 0),
                bytes: bytes(looked.eligibleBytes ?? 0),
              }),
            ]),
      ]}
      confirmLabel={t('collect')}
      isBusy={start.isPending}
      error={errorWords(start.error)}
      onConfirm={() => {
        setWasSent(true);
        if (limitMinutes === undefined) return;
        start.mutate({ kind: 'collection', limitMinutes }, { onSuccess: onStarted });
      }}
      onClose={onClose}
    >
      <div className={styles['fields']}>
        <Field
          label={t('start.limit')}
          hint={t('start.limitHint')}
          error={wasSent && limitMinutes === undefined ? t('start.limitWrong') : null}
          inputMode="numeric"
          value={limit}
          onChange={(event) => setLimit(event.target.value)}
        />
      </div>
    </ConfirmDialog>
  );
}
