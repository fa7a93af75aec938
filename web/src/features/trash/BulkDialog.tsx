import { useQueryClient } from '@tanstack/react-query';
import type { TrashItem } from 'bff/contract/trash';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { readTrashAgain, takeOut } from '../../domain/trash/trash-queries.ts';
import { nameOf } from '../../domain/trash/trash-state.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { toast } from '../../ui/toast.ts';
import styles from './trash-page.module.css';

export interface BulkWork {
  readonly act: 'restore' | 'purge';
  readonly items: readonly TrashItem[];
}

interface Refused {
  readonly item: TrashItem;
  readonly sentence: string;
}

/** The same for all that were selected. What is refused stays in the dialog, with its reason. */
export function BulkDialog({ work, onClose }: { work: BulkWork; onClose: () => void }) {
  const { t } = useTranslation('trash');
  const { act, items } = work;
  const { done, refused, isRunning, run } = useBulk(work, onClose);
  const [first] = items;
  const count = items.length;
  const title =
    act === 'restore'
      ? t('bulk.restoreTitle', { count })
      : first !== undefined && count === 1
        ? t('bulk.purgeTitle', { what: shortNameOf(first) })
        : t('bulk.purgeTitleMany', { count });
  const isOver = refused.length > 0 && !isRunning;
  return (
    <ConfirmDialog
      isOpen
      title={title}
      touched={isOver ? [] : items.map((item) => <Touched key={item.id} item={item} />)}
      confirmLabel={act === 'restore' ? t('bulk.restoreAction', { count }) : t('bulk.purgeAction')}
      isDangerous={act === 'purge'}
      {...(act === 'purge' ? { typeToConfirm: wordOf(items) } : {})}
      isBusy={isRunning}
      isIncomplete={isOver}
      error={null}
      onConfirm={run}
      onClose={onClose}
    >
      <p>{t(act === 'restore' ? 'bulk.restoreWords' : 'bulk.purgeWords')}</p>
      {isRunning ? (
        <div role="status">
          {t('bulk.busy', { done, total: count })}
          <ProgressBar label={title} share={done / count} />
        </div>
      ) : null}
      {isOver ? <RefusedList refused={refused} /> : null}
    </ConfirmDialog>
  );
}

function useBulk({ act, items }: BulkWork, onClose: () => void) {
  const { t } = useTranslation(['trash', 'reasons']);
  const client = useQueryClient();
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const [done, setDone] = useState(0);
  const [isRunning, setIsRunning] = useState(false);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const run = () => {
    setIsRunning(true);
    void (async () => {
      const stayed: Refused[] = [];
      const way = act === 'purge' ? ({ act } as const) : ({ act, target: { kind: 'same' } } as const);
      const failures = await takeOut(items, way, ({ item, now: { state, reason } }) => {
        setDone((before) => before + 1);
        const isOut = state === 'restored' || state === 'purged';
        if (!isOut && reason !== null) stayed.push({ item, sentence: reasonText(reason) });
      });
      stayed.push(...failures.map(({ item, error }) => ({ item, sentence: errorWords(error).sentence })));
      setRefused(stayed);
      setIsRunning(false);
      void readTrashAgain(client);
      const count = items.length - stayed.length;
      if (count > 0) toast({ message: t(act === 'purge' ? 'bulk.purged' : 'bulk.restored', { count }), tone: 'ok' });
      if (stayed.length === 0) onClose();
    })();
  };
  return { done, refused, isRunning, run };
}

/** What has to be typed: the tag, or how many they are. */
function wordOf(items: readonly TrashItem[]): string {
  const [first] = items;
  if (first === undefined || items.length > 1) return String(items.length);
  return first.tag ?? first.repository;
}

function Touched({ item }: { item: TrashItem }) {
  return <ReferenceText repository={item.repository} reference={item.tag ?? item.digest ?? ''} />;
}

const SHOWN_REFUSED = 100;

function RefusedList({ refused }: { refused: readonly Refused[] }) {
  const { t } = useTranslation('trash');
  return (
    <div role="alert" className={styles['refused']}>
      <p>{t('bulk.refused', { count: refused.length })}</p>
      <ul className={styles['list']}>
        {refused.slice(0, SHOWN_REFUSED).map(({ item, sentence }) => (
          <li key={item.id}>
            {shortNameOf(item)}: {sentence}
          </li>
        ))}
        {refused.length > SHOWN_REFUSED ? <li>{t('bulk.more', { count: refused.length - SHOWN_REFUSED })}</li> : null}
      </ul>
    </div>
  );
}

function shortNameOf(item: TrashItem): string {
  return item.tag === null ? `${item.repository}@${(item.digest ?? '').slice(0, 19)}…` : nameOf(item);
}
