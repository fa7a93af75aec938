import { LeaveGuard } from '../../ui/LeaveGuard.tsx';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import type { Policy } from 'bff/contract/policies';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { FilterFields } from './FilterFields.tsx';
import { NamingFields } from './NamingFields.tsx';
import { OptionFields } from './OptionFields.tsx';
import { FromFields, ToFields } from './PlaceFields.tsx';
import styles from './policies.module.css';
import { draftOf } from './policy-form.ts';
import { PolicyConflict } from './PolicyConflict.tsx';
import { PolicyDifference } from './PolicyDifference.tsx';
import { PreviewPanel } from './PreviewPanel.tsx';
import { TimingFields } from './TimingFields.tsx';
import { usePolicyEditor } from './use-policy-editor.ts';

interface PolicyEditorProps {
  /** Left out for a new one. */
  policy?: Policy;
  /** For a new one; `''` where none is chosen yet. */
  project?: string;
}

type Editor = ReturnType<typeof usePolicyEditor>;

/** One page: what it says at the left, what that would do today at the right. */
export function PolicyEditor({ policy, project = '' }: PolicyEditorProps) {
  const { t } = useTranslation('policies');
  const editor = usePolicyEditor(policy, project);
  const { base, theirs, values, wrong, change, preview, previewed } = editor;
  const fields = { values, wrong, onChange: change };
  const isIncomplete = Object.keys(wrong).length === 0;
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
        {base === undefined || theirs === undefined ? null : (
          <PolicyConflict base={base} theirs={theirs} yours={draftOf(values)} onTake={editor.takeTheirs} />
        )}
        <FromFields {...fields} isNew={base === undefined} />
        <FilterFields {...fields} />
        <ToFields {...fields} />
        <NamingFields {...fields} mapping={previewed === undefined ? undefined : preview.data?.mapping} />
        <TimingFields {...fields} schedule={editor.schedule} />
        <OptionFields {...fields} />
      </div>
      <aside className={styles['side']}>
        <PreviewPanel
          preview={preview}
          previewed={previewed}
          instead={t(isIncomplete ? 'preview.incomplete' : 'preview.invalid')}
        />
        <Changes editor={editor} />
      </aside>
      <SaveBar editor={editor} />
      {editor.isDirty ? (
        <LeaveGuard title={t('editor.leave')} action={t('editor.leaveAction')} isLeaving={editor.isLeaving}>
          {t('editor.leaveWords')}
        </LeaveGuard>
      ) : null}
    </form>
  );
}

/** What would be different from the last version. */
function Changes({ editor: { base, theirs, values, problems } }: { editor: Editor }) {
  const { t } = useTranslation('policies');
  const before = theirs ?? base;
  if (before === undefined || problems.length > 0) return null;
  return (
    <section className={styles['preview']}>
      <h2>{t('preview.changed', { version: before.version })}</h2>
      <PolicyDifference before={before} after={draftOf(values)} same={t('preview.unchanged')} />
    </section>
  );
}

function SaveBar({ editor }: { editor: Editor }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const { base, theirs, values, wrong, collides, saveError, isSaving, isDirty, change } = editor;
  const wrongCount = Object.keys(wrong).length;
  const error = errorWords(saveError);
  const says: ReactNode =
    error !== null ? (
      <>
        {error.sentence} {error.more}
      </>
    ) : collides ? (
      t('editor.collides')
    ) : wrongCount > 0 ? (
      t('editor.wrong', { count: wrongCount })
    ) : null;
  return (
    <footer className={styles['saveBar']}>
      <div role="alert" className={styles['says']}>
        {says}
      </div>
      {base === undefined ? (
        <FormControlLabel
          className={styles['begins'] ?? ''}
          control={<Checkbox checked={values.isEnabled} onChange={(_event, isEnabled) => change({ isEnabled })} />}
          label={t('editor.enabled')}
        />
      ) : null}
      <Button component={Link} to={base === undefined ? paths.policies() : paths.policy(base.id)}>
        {t('editor.cancel')}
      </Button>
      <Button type="submit" variant="contained" disabled={isSaving || collides || (base !== undefined && !isDirty)}>
        {base === undefined ? t('editor.create') : t('editor.save', { version: (theirs ?? base).version + 1 })}
      </Button>
    </footer>
  );
}
