import Button from '@mui/material/Button';
import type { MemberChange } from 'bff/contract/members';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { LeaveGuard } from '../../ui/LeaveGuard.tsx';
import { toast } from '../../ui/toast.ts';
import styles from './members.module.css';
import { useSaveMembers } from './members-queries.ts';

interface SaveBarProps {
  project: string;
  changes: MemberChange[];
  selected: number;
  onClearSelection: () => void;
  onUndo: () => void;
  onSaved: () => void;
}

/** All changes are saved together, all or none; whoever leaves before is asked. */
export function SaveBar({ project, changes, selected, onClearSelection, onUndo, onSaved }: SaveBarProps) {
  const { t } = useTranslation('members');
  const errorWords = useErrorWords();
  const save = useSaveMembers(project);
  const count = changes.length;
  if (count === 0 && selected === 0) return null;
  const undo = () => {
    save.reset();
    onUndo();
  };
  return (
    <div className={styles['bar']} data-changed={count > 0}>
      {save.error === null ? null : (
        <p role="alert" className={styles['refusal']}>
          {errorWords(save.error).sentence} {errorWords(save.error).more}
        </p>
      )}
      <div role="status" className={styles['counts']}>
        {selected === 0 ? null : <span>{t('selection.count', { count: selected })}</span>}
        {count === 0 ? null : <strong>{t('save.changes', { count })}</strong>}
      </div>
      {selected === 0 ? null : <Button onClick={onClearSelection}>{t('selection.clear')}</Button>}
      {count === 0 ? null : (
        <>
          <Button variant="outlined" disabled={save.isPending} onClick={undo}>
            {t('save.undo')}
          </Button>
          <Button
            variant="contained"
            disabled={save.isPending}
            onClick={() =>
              save.mutate(changes, {
                onSuccess: () => {
                  toast({ message: t('save.saved', { count }), tone: 'ok' });
                  onSaved();
                },
              })
            }
          >
            {t('save.save')}
          </Button>
          <LeaveGuard title={t('save.leave')} action={t('save.leaveAction')}>
            {t('save.leaveWords', { count })}
          </LeaveGuard>
        </>
      )}
    </div>
  );
}
