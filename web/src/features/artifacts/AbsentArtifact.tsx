import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isDigest } from '../../domain/digest.ts';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { paths, projectOf } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';

interface AbsentArtifactProps {
  title: string;
  repository: string;
  reference: string;
  /** Where it was looked for; without one, everywhere. */
  registryId?: string;
}

/** Where something was, or should be: what became of it, and for who may restore the trash. */
export function AbsentArtifact({ title, repository, reference, registryId }: AbsentArtifactProps) {
  const { t } = useTranslation('artifacts');
  const mayRestore = canAt(useProjectAccess(projectOf(repository)), 'artifact.delete');
  const isTag = !isDigest(reference);
  return (
    <EmptyState
      title={title}
      action={
        <>
          <Way to={paths.repository(repository)}>{t('toRepository', { repository })}</Way>
          {isTag ? (
            <Way to={paths.tagHistory(repository, reference, { registry: registryId })}>{t('toHistory')}</Way>
          ) : null}
          {mayRestore ? (
            <Way
              to={paths.projectTrash(projectOf(repository), {
                repository,
                registry: registryId,
                q: isTag ? reference : undefined,
              })}
            >
              {t('toTrash')}
            </Way>
          ) : null}
        </>
      }
    >
      {t('notFoundNext')}
    </EmptyState>
  );
}

function Way({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Button variant="outlined" component={Link} to={to}>
      {children}
    </Button>
  );
}
