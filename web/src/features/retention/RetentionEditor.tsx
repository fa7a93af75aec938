import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { LeaveGuard } from '../../ui/LeaveGuard.tsx';
import { WarnBox } from '../../ui/WarnBox.tsx';
import { PreviewWords } from './PreviewWords.tsx';
import styles from './retention.module.css';
import { RowsDialog } from './RowsDialog.tsx';
import { RuleFields } from './RuleFields.tsx';
import { TimeFields } from './TimeFields.tsx';
import { type EditorInput, useRetentionEditor } from './use-retention-editor.ts';
import { WhereFields } from './WhereFields.tsx';

type Editor = ReturnType<typeof useRetentionEditor>;

/** What is kept at the left, what that would do today at the right. */
export function RetentionEditor(props: EditorInput & { readonly isEverywhere: boolean }) {
  const { project, environments, isEverywhere } = props;
  const { t } = useTranslation('retention');
  const editor = useRetentionEditor(props);
  const { values, wrong, change, schedule, theirs } = editor;
  const fields = { values, wrong, onChange: change };
  return (
    <form
      className={styles['editor']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void editor.submit();
      }}
    >
      <div className={styles['parts']}>
        {theirs === undefined ? null : (
          <WarnBox
            isAlert
            buttons={
              <Button variant="outlined" onClick={editor.takeTheirs}>
                {t('editor.takeTheirs')}
              </Button>
            }
          >
            <p>{t('editor.conflict')}</p>
          </WarnBox>
        )}
        <WhereFields {...fields} project={project} environments={environments} isEverywhere={isEverywhere} />
        <RuleFields {...fields} />
        <TimeFields {...fields} schedule={schedule} />
        <div>
          <FormControlLabel
            control={<Checkbox checked={values.isEnabled} onChange={(_event, isEnabled) => change({ isEnabled })} />}
            label={t('editor.enabled')}
          />
          <p className={styles['hint']}>{t('editor.enabledHint')}</p>
        </div>
      </div>
      <aside className={styles['side']}>
        <PreviewPanel editor={editor} />
      </aside>
      <SaveBar project={project} editor={editor} />
      {editor.isDirty ? (
        <LeaveGuard title={t('editor.leave')} action={t('editor.leaveAction')} isLeaving={editor.isLeaving}>
          {t('editor.leaveWords')}
        </LeaveGuard>
      ) : null}
    </form>
  );
}

function PreviewPanel({ editor: { preview, previewed, wrong } }: { editor: Editor }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const id = useId();
  const [isListed, setIsListed] = useState(false);
  const { data, error, isFetching } = preview;
  return (
    <section className={styles['preview']} aria-labelledby={id} aria-live="polite" aria-busy={isFetching}>
      <h2 id={id}>{t('preview.title')}</h2>
      {previewed === undefined || (error !== null && Object.keys(wrong).length > 0) ? (
        <p className={styles['muted']}>{t('preview.incomplete')}</p>
      ) : error !== null ? (
        <ErrorState title={t('preview.failed')} error={errorWords(error)} onRetry={() => void preview.refetch()} />
      ) : data === undefined ? (
        <p className={styles['muted']}>{t('preview.asking')}</p>
      ) : (
        <div className={styles['previewWords']} data-old={preview.isPlaceholderData}>
          <PreviewWords preview={data} />
          {data.tagCount === 0 ? null : (
            <Button variant="outlined" className={styles['start'] ?? ''} onClick={() => setIsListed(true)}>
              {t('preview.list')}
            </Button>
          )}
        </div>
      )}
      {isListed && previewed !== undefined ? (
        <RowsDialog previewed={previewed} onClose={() => setIsListed(false)} />
      ) : null}
    </section>
  );
}

function SaveBar({ project, editor }: { project: string; editor: Editor }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { base, wrong, saveError, isSaving, isDirty, theirs } = editor;
  const error = errorWords(saveError);
  const wrongCount = Object.keys(wrong).length;
  return (
    <footer className={styles['saveBar']}>
      <div role="alert" className={styles['says']}>
        {error !== null ? (
          <>
            {error.sentence} {error.more}
          </>
        ) : wrongCount > 0 ? (
          t('editor.wrong', { count: wrongCount })
        ) : null}
      </div>
      <Button component={Link} to={paths.retention(project)}>
        {t('editor.cancel')}
      </Button>
      <Button
        type="submit"
        variant="contained"
        disabled={isSaving || theirs !== undefined || (base !== undefined && !isDirty)}
      >
        {t(base === undefined ? 'editor.create' : 'editor.save')}
      </Button>
    </footer>
  );
}
