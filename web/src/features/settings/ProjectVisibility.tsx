import type { ProjectDetail } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EnvironmentChip, useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useListWords } from '../../i18n/use-list-words.ts';
import { EditConflict } from '../../ui/EditConflict.tsx';
import {
  changeOfVisibility,
  type Choice,
  choiceOf,
  isSameVisibility,
  publicPlaces,
  type Visibility,
  visibilityOf,
  withChoice,
} from './project-visibility.ts';
import { ProjectSaveButtons } from './ProjectSaveButtons.tsx';
import { ProjectSection } from './ProjectSection.tsx';
import styles from './project-settings.module.css';
import { useProjectSave } from './use-project-save.ts';

interface ProjectVisibilityProps {
  project: ProjectDetail;
  environments: readonly string[];
  /** Where the reader may change it. */
  managed: readonly string[];
  isEverywhere: boolean;
}

/** Who sees the project, by default and where an environment differs, with what follows for everybody else. */
export function ProjectVisibility({ project, environments, managed, isEverywhere }: ProjectVisibilityProps) {
  const { t } = useTranslation('project-settings');
  const { base, theirs, save, rebase, isSaving, error } = useProjectSave(project);
  const [chosen, setChosen] = useState<Visibility>();
  const shown = chosen ?? visibilityOf(project);
  const isChanged = chosen !== undefined && !isSameVisibility(chosen, visibilityOf(base));
  const change = (next: Visibility) => {
    if (chosen === undefined) rebase(project);
    setChosen(next);
  };
  const words = useVisibilityWords(environments);
  return (
    <ProjectSection title={t('visibility.title')}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void save(changeOfVisibility(visibilityOf(theirs ?? base), shown)).then(
            (saved) => saved !== undefined && setChosen(undefined),
          );
        }}
      >
        {theirs === undefined ? null : (
          <EditConflict
            name={project.name}
            fields={
              isSameVisibility(visibilityOf(theirs), visibilityOf(base))
                ? []
                : [
                    {
                      key: 'visibility',
                      label: t('visibility.title'),
                      theirs: words(visibilityOf(theirs)),
                      yours: words(shown),
                    },
                  ]
            }
            onTake={() => {
              rebase(theirs);
              setChosen(undefined);
            }}
          />
        )}
        <div className={styles['choices']}>
          <label htmlFor="visibility-default">{t('visibility.default')}</label>
          {isEverywhere ? (
            <select
              id="visibility-default"
              className={styles['select']}
              value={shown.isPublic ? 'public' : 'private'}
              onChange={(event) => change({ ...shown, isPublic: event.target.value === 'public' })}
            >
              <option value="private">{t('visibility.private')}</option>
              <option value="public">{t('visibility.public')}</option>
            </select>
          ) : (
            <output id="visibility-default" title={t('visibility.defaultNeeds')}>
              {t(shown.isPublic ? 'visibility.public' : 'visibility.private')}
            </output>
          )}
          {environments.map((environment) => (
            <EnvironmentChoice
              key={environment}
              environment={environment}
              visibility={shown}
              mayChange={managed.includes(environment)}
              onChange={(choice) => change(withChoice(shown, environment, choice))}
            />
          ))}
        </div>
        <p className={styles['effect']} role="status">
          {words(shown)} {publicPlaces(shown, environments).length === 0 ? null : t('visibility.never')}
        </p>
        {isEverywhere ? null : <p className={styles['words']}>{t('visibility.defaultNeeds')}</p>}
        <ProjectSaveButtons
          isChanged={isChanged}
          isSaving={isSaving}
          error={error}
          onUndo={() => setChosen(undefined)}
        />
      </form>
    </ProjectSection>
  );
}

function useVisibilityWords(environments: readonly string[]): (visibility: Visibility) => string {
  const { t } = useTranslation('project-settings');
  const listWords = useListWords();
  const environmentName = useEnvironmentName();
  return (visibility) => {
    const open = publicPlaces(visibility, environments);
    if (open === 'all') return t('visibility.effectAll');
    if (open.length === 0) return t('visibility.effectNone');
    return t('visibility.effectSome', { environments: listWords(open.map(environmentName)) });
  };
}

interface EnvironmentChoiceProps {
  environment: string;
  visibility: Visibility;
  mayChange: boolean;
  onChange: (choice: Choice) => void;
}

function EnvironmentChoice({ environment, visibility, mayChange, onChange }: EnvironmentChoiceProps) {
  const { t } = useTranslation('project-settings');
  const environmentName = useEnvironmentName();
  const choice = choiceOf(visibility, environment);
  const words = {
    default: t(visibility.isPublic ? 'visibility.asDefaultPublic' : 'visibility.asDefaultPrivate'),
    private: t('visibility.private'),
    public: t('visibility.public'),
  };
  return (
    <>
      <span>
        <EnvironmentChip environment={environment} />
      </span>
      {mayChange ? (
        <select
          className={styles['select']}
          aria-label={t('visibility.in', { environment: environmentName(environment) })}
          value={choice}
          onChange={(event) => onChange(event.target.value as Choice)}
        >
          {(['default', 'private', 'public'] as const).map((one) => (
            <option key={one} value={one}>
              {words[one]}
            </option>
          ))}
        </select>
      ) : (
        <span>{words[choice]}</span>
      )}
    </>
  );
}
