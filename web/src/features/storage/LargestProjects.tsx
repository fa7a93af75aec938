import type { AnswerInput } from 'bff/contract/endpoint';
import type { getRegistryStorage } from 'bff/contract/storage';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import styles from './storage.module.css';

type Answer = Pick<AnswerInput<typeof getRegistryStorage>, 'projects' | 'projectCount'>;

interface LargestProjectsProps extends Answer {
  /** So many of them; all that came unless told. */
  most?: number;
}

export function LargestProjects({ projects, projectCount, most = projects.length }: LargestProjectsProps) {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const shown = projects.slice(0, most);
  return (
    <section className={styles['section']} aria-labelledby="storage-projects">
      <div className={styles['sectionHead']}>
        <h2 id="storage-projects">{t('projects.title')}</h2>
      </div>
      {shown.length === 0 ? <p className={styles['muted']}>{t('projects.none')}</p> : null}
      {shown.length === 0 ? null : (
        <table className={styles['projects']}>
          <thead>
            <tr>
              <th scope="col">{t('projects.project')}</th>
              <th scope="col">{t('table.bytes')}</th>
              <th scope="col">{t('table.unique')}</th>
              <th scope="col">{t('table.trash')}</th>
              <th scope="col">{t('table.untagged')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((project) => (
              <tr key={project.project}>
                <th scope="row">
                  <Link to={paths.projectStorage(project.project)}>{project.project}</Link>
                </th>
                <td>{bytes(project.totalBytes)}</td>
                <td>{bytes(project.uniqueBytes)}</td>
                <td>{bytes(project.trashBytes)}</td>
                <td>{bytes(project.untaggedBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < projectCount ? (
        <p className={styles['muted']}>{t('projects.more', { shown: shown.length, count: projectCount })}</p>
      ) : null}
    </section>
  );
}
