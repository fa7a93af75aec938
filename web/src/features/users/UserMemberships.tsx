import type { Answer } from 'bff/contract/endpoint';
import type { getUser } from 'bff/contract/users';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { paths } from '../../paths.ts';
import { groupByProject } from './memberships.ts';
import styles from './users.module.css';

/** Every role of a user, own or through a group. It is changed on the project's members page. */
export function UserMemberships({ user }: { user: Answer<typeof getUser> }) {
  const { t } = useTranslation(['users', 'domain']);
  const environmentName = useEnvironmentName();
  const { registries } = useRegistryDirectory();
  const projects = groupByProject(
    user.memberships,
    registries.map(({ environment }) => environment),
  );
  return (
    <section className={styles['section']} aria-labelledby="user-memberships">
      <h2 id="user-memberships">{t('memberships.title')}</h2>
      {user.isSystemAdmin ? <p className={styles['muted']}>{t('memberships.admin')}</p> : null}
      {projects.length === 0 ? (
        <p className={styles['muted']}>{t('memberships.none', { name: user.username })}</p>
      ) : (
        <div className={styles['scroll']}>
          <table className={styles['memberships']}>
            <thead>
              <tr>
                <th scope="col">{t('memberships.project')}</th>
                <th scope="col">{t('memberships.environment')}</th>
                <th scope="col">{t('memberships.role')}</th>
                <th scope="col">{t('memberships.through')}</th>
              </tr>
            </thead>
            {projects.map(({ project, memberships }) => (
              <tbody key={project}>
                {memberships.map(({ environment, role, group }, index) => (
                  <tr key={`${environment ?? ''} ${group ?? ''}`}>
                    {index === 0 ? (
                      <th scope="rowgroup" rowSpan={memberships.length}>
                        <Link to={paths.members(project)}>{project}</Link>
                      </th>
                    ) : null}
                    <td>{environment === null ? t('domain:allEnvironments') : environmentName(environment)}</td>
                    <td>{t(`domain:role.${role}`)}</td>
                    <td className={styles['muted']}>
                      {group === null ? t('memberships.own') : t('memberships.group', { name: group })}
                    </td>
                  </tr>
                ))}
              </tbody>
            ))}
          </table>
        </div>
      )}
    </section>
  );
}
