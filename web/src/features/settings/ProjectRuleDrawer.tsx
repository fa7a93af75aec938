import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { createImmutableRule } from 'bff/contract/immutable-rules';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { type RuleDraft, rulePreviewQuery, useProjectActions } from './project-settings-queries.ts';
import styles from './project-settings.module.css';

interface ProjectRuleDrawerProps {
  project: string;
  environments: readonly string[];
  isEverywhere: boolean;
  onClose: () => void;
}

type Wrong = Partial<Record<'repositoryPattern' | 'tagPattern', string>>;
const PAUSE_MS = 300;

/** A new rule, with what it would hold of today's tags beside it. */
export function ProjectRuleDrawer({ project, environments, isEverywhere, onClose }: ProjectRuleDrawerProps) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const environmentName = useEnvironmentName();
  const id = useId();
  const { addRule } = useProjectActions(project);
  const [draft, setDraft] = useState<RuleDraft>({
    environment: isEverywhere ? null : (environments[0] ?? null),
    repositoryPattern: '**',
    tagPattern: '',
  });
  const [wasSent, setWasSent] = useState(false);
  const wrong = { ...(wasSent || draft.tagPattern !== '' ? wrongWords() : {}), ...refusedWords() };
  const isValid = createImmutableRule.body.safeParse(draft).success;
  const change = (next: Partial<RuleDraft>) => {
    addRule.reset();
    setDraft({ ...draft, ...next });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (!isValid) return;
    addRule.mutate(draft, {
      onSuccess: () => {
        toast({ message: t('rules.added'), tone: 'ok' });
        onClose();
      },
    });
  };
  return (
    <FormDrawer
      isOpen
      title={t('rules.add')}
      submitLabel={t('rules.add')}
      submitError={Object.keys(refusedWords()).length > 0 ? null : errorWords(addRule.error)}
      isSubmitting={addRule.isPending}
      isDirty={draft.tagPattern !== ''}
      onSubmit={submit}
      onClose={onClose}
    >
      <label className={styles['field']} htmlFor={id}>
        {t('rules.environment')}
        <select
          id={id}
          className={styles['select']}
          value={draft.environment ?? ''}
          onChange={(event) => change({ environment: event.target.value === '' ? null : event.target.value })}
        >
          {isEverywhere ? <option value="">{t('rules.everywhere')}</option> : null}
          {environments.map((environment) => (
            <option key={environment} value={environment}>
              {environmentName(environment)}
            </option>
          ))}
        </select>
      </label>
      <TextField
        label={t('rules.repositories')}
        value={draft.repositoryPattern}
        onChange={(event) => change({ repositoryPattern: event.target.value.trim() })}
        error={wrong.repositoryPattern !== undefined}
        helperText={wrong.repositoryPattern ?? t('rules.repositoriesHint', { project })}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
      />
      <TextField
        label={t('rules.tags')}
        autoFocus
        value={draft.tagPattern}
        onChange={(event) => change({ tagPattern: event.target.value.trim() })}
        error={wrong.tagPattern !== undefined}
        helperText={wrong.tagPattern ?? t('rules.tagsHint')}
        slotProps={{
          inputLabel: { shrink: true },
          htmlInput: { 'aria-required': true, spellCheck: false, autoCapitalize: 'none' },
        }}
      />
      <RulePreview project={project} draft={draft} isValid={isValid} />
    </FormDrawer>
  );

  function wrongWords(): Wrong {
    const { repositoryPattern, tagPattern } = createImmutableRule.body.shape;
    return {
      ...(repositoryPattern.safeParse(draft.repositoryPattern).success
        ? {}
        : { repositoryPattern: t('rules.wrongRepositories') }),
      ...(tagPattern.safeParse(draft.tagPattern).success ? {} : { tagPattern: t('rules.wrongTags') }),
    };
  }

  /** What only the server notices: a brace without its other half. */
  function refusedWords(): Wrong {
    const { error } = addRule;
    if (!(error instanceof ApiError)) return {};
    const paths = (error.problem?.fields ?? []).map(({ path }) => path);
    return {
      ...(paths.some((path) => path.endsWith('repositoryPattern'))
        ? { repositoryPattern: t('rules.wrongRepositories') }
        : {}),
      ...(paths.some((path) => path.endsWith('tagPattern')) ? { tagPattern: t('rules.wrongTags') } : {}),
    };
  }
}

function RulePreview({ project, draft, isValid }: { project: string; draft: RuleDraft; isValid: boolean }) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const directory = useRegistryDirectory();
  const settled = useDebounced(JSON.stringify(draft), PAUSE_MS);
  const asked = JSON.parse(settled) as RuleDraft;
  const preview = useQuery({
    ...rulePreviewQuery(project, asked),
    enabled: isValid && createImmutableRule.body.safeParse(asked).success,
  });
  if (!isValid) return null;
  return (
    <section className={styles['preview']} aria-live="polite" aria-busy={preview.isFetching}>
      <h3>{t('rules.preview')}</h3>
      {preview.error !== null ? (
        <ErrorState title={t('rules.previewFailed')} error={errorWords(preview.error)} />
      ) : preview.data === undefined ? (
        <p className={styles['words']}>{t('rules.asking')}</p>
      ) : preview.data.tagCount === 0 ? (
        <p>{t('rules.holdsNone')}</p>
      ) : (
        <>
          <p>{t('rules.holds', { count: preview.data.tagCount })}</p>
          <p className={styles['words']}>{t('rules.newest')}</p>
          <ul>
            {preview.data.sample.map(({ registryId, repository, tag }) => (
              <li key={`${registryId} ${repository}:${tag}`}>
                <bdi>
                  {repository}:<strong>{tag}</strong>
                </bdi>{' '}
                <span className={styles['words']}>{directory.find(registryId).name}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
