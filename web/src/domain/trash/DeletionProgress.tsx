import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { TrashItem } from 'bff/contract/trash';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { useErrorWords } from '../error-words.ts';
import { useReasonText } from '../reasons/reason-text.ts';
import { ReferenceText } from '../ReferenceText.tsx';
import { RegistryChip } from '../RegistryChip.tsx';
import { useRegistryDirectory } from '../registry-directory.ts';
import { registryOf } from './delete-plan.ts';
import { countOf, type Deletion, itemsOf } from './deletion.ts';
import { deletionQuery } from './trash-queries.ts';
import { stateTone } from './trash-state.ts';
import styles from './trash.module.css';
import { useRestoreToasts } from './use-restore-toasts.ts';

interface DeletionProgressProps {
  deletion: Deletion;
  titleId: string;
  onClose: () => void;
}

/** Each row as it goes, and the way back from there. */
export function DeletionProgress({ deletion, titleId, onClose }: DeletionProgressProps) {
  const { t } = useTranslation('trash');
  const { data } = useQuery(deletionQuery(deletion));
  const restore = useRestoreToasts();
  const { project, repository } = deletion;
  const items = data === undefined ? [] : itemsOf(deletion, data.items);
  const deleted = items.filter(({ state }) => state === 'deleted');
  const failed = items.filter(({ state }) => state === 'failed');
  const total = countOf(deletion);
  const isDone = deleted.length + failed.length === items.length && items.length > 0;
  return (
    <>
      <header className={styles['header']}>
        <h2 id={titleId}>{t(isDone ? 'progress.doneTitle' : 'progress.title', { repository })}</h2>
        <p role="status" className={styles['muted']}>
          {t('progress.count', { done: deleted.length, total })}
          {failed.length === 0 ? null : ` · ${t('progress.failed', { count: failed.length })}`}
        </p>
        {isDone ? null : (
          <ProgressBar
            label={t('progress.title', { repository })}
            share={items.length === 0 ? null : (deleted.length + failed.length) / Math.max(total, 1)}
          />
        )}
      </header>
      <div className={styles['rows']}>
        <Refused deletion={deletion} />
        <ul>
          {items.map((item) => (
            <ProgressRow key={item.id} item={item} onRestore={() => restore([item])} />
          ))}
        </ul>
        {total > items.length && items.length > 0 ? (
          <p className={styles['muted']}>{t('progress.shown', { count: items.length })}</p>
        ) : null}
      </div>
      <footer className={styles['footer']}>
        <Link to={paths.projectTrash(project, { repository })} onClick={onClose}>
          {t('progress.toTrash')}
        </Link>
        <span className={styles['grow']} />
        {isDone && deleted.length > 1 ? (
          <Button
            variant="outlined"
            onClick={() => {
              restore(deleted);
              onClose();
            }}
          >
            {t('progress.restore', { count: deleted.length })}
          </Button>
        ) : null}
        <Button variant="contained" onClick={onClose} autoFocus>
          {t('progress.close')}
        </Button>
      </footer>
    </>
  );
}

/** Registries that took none of it. */
function Refused({ deletion: { parts } }: { deletion: Deletion }) {
  const { t } = useTranslation('trash');
  const directory = useRegistryDirectory();
  const errorWords = useErrorWords();
  return parts.map(({ selection, error }) => {
    if (error === null) return null;
    const { name } = directory.find(registryOf(selection));
    const { sentence, more } = errorWords(error);
    return (
      <p key={registryOf(selection)} role="alert" className={styles['error']}>
        {t('progress.refused', { registry: name, reason: sentence })} {more}
      </p>
    );
  });
}

function ProgressRow({ item, onRestore }: { item: TrashItem; onRestore: () => void }) {
  const { t } = useTranslation('trash');
  const reasonText = useReasonText();
  const { name, environment } = useRegistryDirectory().find(item.registryId);
  const { tag, digest, state, reason } = item;
  const reference = tag ?? digest ?? '';
  return (
    <li className={styles['row']}>
      <span className={styles['place']}>
        <ReferenceText reference={reference} />
        <RegistryChip name={name} environment={environment} />
      </span>
      <StatusDot tone={stateTone[state]} label={t(`state.${state}`)} isActive={state === 'deleting'} />
      {state === 'deleted' ? (
        <Button size="small" onClick={onRestore} aria-label={t('progress.restoreOne', { what: reference })}>
          {t('restore.confirm')}
        </Button>
      ) : null}
      {reason === null ? null : <span className={styles['why']}>{reasonText(reason)}</span>}
    </li>
  );
}
