import { useTranslation } from 'react-i18next';
import { isDigest, shortenDigest } from '../../domain/digest.ts';
import { nameInProject, paths, projectOf } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';

/** `api:2.7.3`, as the page and the window are called. */
export function titleOf(repository: string, reference: string): string {
  const name = nameInProject(repository);
  return isDigest(reference) ? `${name}@${shortenDigest(reference)}` : `${name}:${reference}`;
}

/** The pages above those of an artifact. */
export function Above({ repository }: { repository: string }) {
  const { t } = useTranslation('artifacts');
  const project = projectOf(repository);
  return (
    <Breadcrumbs
      links={[
        { label: t('projects'), to: paths.projects() },
        { label: project, to: paths.project(project) },
        { label: nameInProject(repository), to: paths.repository(repository) },
      ]}
    />
  );
}
