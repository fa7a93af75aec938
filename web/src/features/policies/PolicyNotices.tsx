import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { listNotices, listProjectNotices } from 'bff/contract/notices';
import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useCan } from '../../domain/account.ts';
import { canEverywhere, useProjectAccess } from '../../domain/project-access.ts';
import { paths } from '../../paths.ts';
import styles from './policies.module.css';

type Owned = Pick<Policy, 'id' | 'project'>;

/** Who is told of what it does, for whoever may say so: notices of its project, or of the console where it has none. */
export function PolicyNotices({ policy }: { policy: Owned }) {
  const { t } = useTranslation('policies');
  const { id, project } = policy;
  const notices = useNotices(policy);
  if (notices?.mayManage !== true) return null;
  const pageWith = (search: { edit?: string; policy?: string }) =>
    project === null ? paths.notices(search) : paths.projectNotices(project, search);
  const own = notices.items.filter(({ policyId }) => policyId === id);
  const ofAll = notices.items.filter(({ policyId, isDisabled }) => policyId === null && !isDisabled);
  return (
    <section aria-label={t('notices.title')} className={styles['notices']}>
      <h2 className={styles['sectionTitle']}>{t('notices.title')}</h2>
      {own.length === 0 ? (
        <p className={styles['muted']}>{t('notices.hint')}</p>
      ) : (
        <ul className={styles['destinations']}>
          {own.map((notice) => (
            <li key={notice.id}>
              <Link to={pageWith({ edit: notice.id })}>
                <bdi>{notice.name}</bdi>
              </Link>
              {notice.isDisabled ? <span className={styles['muted']}>{t('notices.disabled')}</span> : null}
            </li>
          ))}
        </ul>
      )}
      {ofAll.length === 0 ? null : (
        <p>
          <Link to={pageWith({})}>{t('notices.ofAll', { count: ofAll.length })}</Link>
        </p>
      )}
      <Button variant="outlined" component={Link} to={pageWith({ edit: 'NEW', policy: id })}>
        {t('notices.add')}
      </Button>
    </section>
  );
}

function useNotices({ project }: Owned) {
  const isSystem = useCan('system.manage');
  const access = useProjectAccess(project ?? '');
  const ofProject = useQuery({
    ...endpointQuery(listProjectNotices, { params: { project: project ?? '' } }),
    enabled: project !== null && canEverywhere(access, 'project.manage'),
  });
  const ofSystem = useQuery({ ...endpointQuery(listNotices, {}), enabled: project === null && isSystem });
  return project === null ? ofSystem.data : ofProject.data;
}
