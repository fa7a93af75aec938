import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { PathStep } from 'bff/contract/promotions';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { type Access, canAt, environmentsOf, useProjectAccess } from '../../domain/project-access.ts';
import { pathQuery } from '../../domain/promotion/promotion-queries.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { PathDrawer } from './PathDrawer.tsx';
import styles from './promotions.module.css';

/** Which environments a tag goes through, and where somebody else has to agree. */
export function PathSection({ project }: { project: string }) {
  const { t } = useTranslation('promotions');
  const errorWords = useErrorWords();
  const access = useProjectAccess(project);
  const { registries } = useRegistryDirectory();
  const { data, error, refetch } = useQuery(pathQuery(project));
  const [isEdited, setIsEdited] = useState(false);
  const served = new Set(registries.map(({ environment }) => environment));
  const mayChange = isManagedIn(access, served);
  if (data === undefined) {
    return error === null ? (
      <div className={styles['skeleton']} aria-busy="true" />
    ) : (
      <ErrorState title={t('path.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
    );
  }
  return (
    <section className={styles['section']} aria-label={t('path.title')}>
      <header className={styles['head']}>
        <h2>{t('path.title')}</h2>
        {mayChange ? (
          <Button variant="outlined" onClick={() => setIsEdited(true)}>
            {t('path.change')}
          </Button>
        ) : null}
      </header>
      {data.steps.length === 0 ? (
        <p className={styles['muted']}>{t('path.none')}</p>
      ) : (
        <ol className={styles['path']}>
          {data.steps.map((step, index) => (
            <Step key={step.environment} step={step} isFirst={index === 0} />
          ))}
        </ol>
      )}
      <p className={styles['muted']}>{data.isDefault ? t('path.default') : t('path.set')}</p>
      {isEdited ? <PathDrawer project={project} path={data} onClose={() => setIsEdited(false)} /> : null}
    </section>
  );
}

function Step({ step: { environment, needsApproval }, isFirst }: { step: PathStep; isFirst: boolean }) {
  const { t } = useTranslation('promotions');
  return (
    <li>
      {isFirst ? null : (
        <span className={styles['arrow']}>
          <span aria-hidden="true">→</span>
          {needsApproval ? <span className={styles['approval']}>{t('path.approval')}</span> : null}
        </span>
      )}
      <EnvironmentChip environment={environment} />
    </li>
  );
}

/** The path concerns all environments: it is offered to who manages the project in each of them. */
function isManagedIn(access: Access, served: ReadonlySet<string>): boolean {
  const environments = new Set([...environmentsOf(access), ...served]);
  return (
    canAt(access, 'project.manage') &&
    [...environments].every((environment) => canAt(access, 'project.manage', environment))
  );
}
