import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { Page } from '../../ui/Page.tsx';
import { Copies } from './Copies.tsx';
import { Fleet } from './Fleet.tsx';
import styles from './Home.module.css';
import { RecentProjects } from './RecentProjects.tsx';

/** Most visits find none: what shows them is fetched after the page. */
const Approvals = lazy(async () => ({ default: (await import('./Approvals.tsx')).Approvals }));

/** What one looks at first: for operations the fleet and what fails, for everybody the projects that moved. */
export function HomePage() {
  const { t } = useTranslation('home');
  const seesFleet = useCan('registry.read');
  const mayApprove = useCan('artifact.push');
  const seesCopies = useCan('operations.read');
  return (
    <Page title={t('title')}>
      <div className={styles['home']}>
        {mayApprove ? (
          <Suspense fallback={null}>
            <Approvals />
          </Suspense>
        ) : null}
        {seesFleet ? <Fleet /> : null}
        {seesCopies ? <Copies /> : null}
        <RecentProjects />
      </div>
    </Page>
  );
}
