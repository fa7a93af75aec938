import TextField from '@mui/material/TextField';
import { createProject } from 'bff/contract/projects';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import styles from './Matrix.module.css';
import { useCreateProject } from './projects-queries.ts';

/** A project before anything is pushed to it. It has no members yet, so that is where one goes next. */
export function NewProjectDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('projects');
  const errorWords = useErrorWords();
  const navigate = useNavigate();
  const create = useCreateProject();
  const [values, setValues] = useState({ name: '', description: '', isPublic: false });
  const [wasSent, setWasSent] = useState(false);
  const body = { name: values.name.trim(), description: values.description.trim(), isPublic: values.isPublic };
  const parsed = createProject.body.safeParse(body);
  const wrong = new Set(parsed.success || !wasSent ? [] : parsed.error.issues.map(({ path }) => path[0]));
  const isTaken = create.error instanceof ApiError && create.error.code === 'name-taken';
  const nameError = isTaken ? t('form.taken') : wrong.has('name') ? t('form.wrongName') : undefined;
  const change = (next: Partial<typeof values>) => {
    create.reset();
    setValues({ ...values, ...next });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (!parsed.success) return;
    create.mutate(body, {
      onSuccess: ({ name }) => {
        toast({ message: t('form.done', { name }), tone: 'ok' });
        void navigate(paths.members(name));
      },
    });
  };
  return (
    <FormDrawer
      isOpen
      title={t('form.title')}
      submitLabel={t('form.create')}
      submitError={isTaken ? null : errorWords(create.error)}
      isSubmitting={create.isPending}
      isDirty={values.name !== '' || values.description !== ''}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t('form.name')}
        autoFocus
        value={values.name}
        onChange={(event) => change({ name: event.target.value })}
        error={nameError !== undefined}
        helperText={nameError ?? t('form.nameHint', { name: body.name === '' ? '…' : body.name })}
        slotProps={{
          inputLabel: { shrink: true },
          htmlInput: { 'aria-required': true, spellCheck: false, autoCapitalize: 'none' },
        }}
      />
      <TextField
        label={t('form.description')}
        value={values.description}
        onChange={(event) => change({ description: event.target.value })}
        error={wrong.has('description')}
        helperText={wrong.has('description') ? t('form.wrongDescription') : t('form.descriptionHint')}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <div>
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={values.isPublic}
            aria-describedby="new-project-public"
            onChange={(event) => change({ isPublic: event.target.checked })}
          />
          {t('form.public')}
        </label>
        <p id="new-project-public" className={styles['described']}>
          {t('form.publicHint')}
        </p>
      </div>
    </FormDrawer>
  );
}
