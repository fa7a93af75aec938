import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { useWaitingDecisions } from './decisions-queries.ts';
import { Page } from '../../ui/Page.tsx';
import { Copies } from './Copies.tsx';
import { Fleet } from './Fleet.tsx';
import styles from './Home.module.css';
import { RecentProjects } from './RecentProjects.tsx';

/** Most visits find none: what shows them is fetched when there are some. */
const Decisions = lazy(async () => ({ default: (await import('./Decisions.tsx')).Decisions }));

/** What one looks at first: for operations the fleet and what fails, for everybody the projects that moved. */
export function HomePage() {
  const { t } = useTranslation('home');
  const seesFleet = useCan('registry.read');
  const mayApprove = useCan('artifact.push');
  const mayDelete = useCan('artifact.delete');
  const waits = useWaitingDecisions(mayApprove, mayDelete);
  const seesCopies = useCan('operations.read');
  return (
    <Page title={t('title')}>
      <div className={styles['home']}>
        {waits ? (
          <Suspense fallback={null}>
            <Decisions mayApprove={mayApprove} mayDelete={mayDelete} />
          </Suspense>
        ) : null}
        {seesFleet ? <Fleet /> : null}
        {seesCopies ? <Copies /> : null}
        <RecentProjects />
      </div>
    </Page>
  );
}
