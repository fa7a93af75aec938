import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { accessTokenActions } from 'bff/contract/access-tokens';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { useAccessTokenActions, useEnvironments, useProjectNames } from './access-tokens-queries.ts';
import styles from './access-tokens.module.css';
import { NamesPicker } from './NamesPicker.tsx';
import {
  draftOf,
  emptyTokenForm,
  expiries,
  findProblems,
  type TokenAction,
  type TokenField,
  type TokenFormValues,
} from './token-form.ts';

interface TokenFormDrawerProps {
  onCreated: (secret: string) => void;
  onClose: () => void;
}

const PAUSE_MS = 200;
const DAY_MS = 86_400_000;

export function TokenFormDrawer({ onCreated, onClose }: TokenFormDrawerProps) {
  const { t } = useTranslation('access-tokens');
  const errorWords = useErrorWords();
  const { create } = useAccessTokenActions();
  const [values, setValues] = useState<TokenFormValues>(emptyTokenForm);
  const [isChecked, setIsChecked] = useState(false);
  const change = (changed: Partial<TokenFormValues>) => setValues((known) => ({ ...known, ...changed }));
  const problems = isChecked ? findProblems(values) : [];
  const isTaken = create.error instanceof ApiError && create.error.code === 'name-taken';
  const submit = () => {
    setIsChecked(true);
    if (findProblems(values).length > 0) return;
    create.mutate(draftOf(values), {
      onSuccess: ({ secret }) => {
        onClose();
        onCreated(secret);
      },
    });
  };
  const wrongName = problems.includes('name') ? t('form.invalid.name') : isTaken ? t('form.taken') : undefined;
  return (
    <FormDrawer
      isOpen
      title={t('form.title')}
      submitLabel={t('form.create')}
      submitError={create.error === null || isTaken ? null : errorWords(create.error)}
      isSubmitting={create.isPending}
      isDirty={values !== emptyTokenForm}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onClose={onClose}
    >
      <p className={styles['muted']}>{t('form.words')}</p>
      <TextField
        label={t('form.name')}
        value={values.name}
        autoFocus
        onChange={(event) => change({ name: event.target.value })}
        error={wrongName !== undefined}
        helperText={wrongName ?? t('form.nameHint')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { autoComplete: 'off', 'aria-required': true } }}
      />
      <ActionBoxes values={values} isWrong={problems.includes('actions')} onChange={change} />
      <Scope values={values} problems={problems} onChange={change} />
      <TextField
        select
        label={t('form.expiry')}
        value={values.expiresInDays}
        onChange={(event) => change({ expiresInDays: Number(event.target.value) })}
        helperText={<ExpiresOn days={values.expiresInDays} />}
      >
        {expiries.map((days) => (
          <MenuItem key={days} value={days}>
            {t('form.days', { count: days })}
          </MenuItem>
        ))}
      </TextField>
    </FormDrawer>
  );
}

function ExpiresOn({ days }: { days: number }) {
  const { t } = useTranslation('access-tokens');
  const { day } = useFormat();
  const [startMs] = useState(() => Date.now());
  return <>{t('form.expiresOn', { day: day(new Date(startMs + days * DAY_MS)) })}</>;
}

interface PartProps {
  values: TokenFormValues;
  onChange: (changed: Partial<TokenFormValues>) => void;
}

function ActionBoxes({ values, isWrong, onChange }: PartProps & { isWrong: boolean }) {
  const { t } = useTranslation('access-tokens');
  const toggle = (action: TokenAction, isOn: boolean) =>
    onChange({ actions: isOn ? [...values.actions, action] : values.actions.filter((one) => one !== action) });
  return (
    <fieldset className={styles['group']}>
      <legend>{t('form.actions')}</legend>
      <div className={styles['boxes']}>
        {accessTokenActions.map((action) => (
          <FormControlLabel
            key={action}
            control={
              <Checkbox
                checked={values.actions.includes(action)}
                onChange={(_event, isOn) => toggle(action, isOn)}
                size="small"
              />
            }
            label={t(`action.${action}`)}
          />
        ))}
      </div>
      {isWrong ? (
        <p role="alert" className={styles['wrong']}>
          {t('form.invalid.actions')}
        </p>
      ) : null}
    </fieldset>
  );
}

/** Where it holds; nowhere that its owner may not go. */
function Scope({ values, problems, onChange }: PartProps & { problems: readonly TokenField[] }) {
  const { t } = useTranslation('access-tokens');
  const [text, setText] = useState('');
  const { names, isFetching } = useProjectNames(useDebounced(text.trim(), PAUSE_MS));
  return (
    <>
      <NamesPicker
        legend={t('form.projects')}
        every={t('form.everyProject')}
        some={t('form.someProjects')}
        placeholder={t('form.projectPlaceholder')}
        isEvery={values.isEveryProject}
        names={values.projects}
        options={names}
        isSearching={isFetching}
        error={problems.includes('projects') ? t('form.invalid.projects') : undefined}
        onEvery={(isEveryProject) => onChange({ isEveryProject })}
        onNames={(projects) => onChange({ projects })}
        onText={setText}
      />
      <NamesPicker
        legend={t('form.environments')}
        every={t('form.everyEnvironment')}
        some={t('form.someEnvironments')}
        placeholder={t('form.environmentPlaceholder')}
        isEvery={values.isEveryEnvironment}
        names={values.environments}
        options={useEnvironments()}
        error={problems.includes('environments') ? t('form.invalid.environments') : undefined}
        onEvery={(isEveryEnvironment) => onChange({ isEveryEnvironment })}
        onNames={(environments) => onChange({ environments })}
      />
    </>
  );
}
