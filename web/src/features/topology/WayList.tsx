import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PolicyState } from '../../domain/policy/PolicyState.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { useRouteWords } from '../../domain/topology/route-words.ts';
import { standingAlong, type Way } from '../../domain/topology/ways.ts';
import { routeKey } from '../../domain/traffic.ts';
import { paths } from '../../paths.ts';
import styles from './topology-page.module.css';

/** The drawing in words: who copies from where to where, and what goes on there. */
export function WayList({ ways, chosen }: { ways: readonly Way[]; chosen: string }) {
  const { t } = useTranslation('topology');
  return (
    <section className={styles['section']} aria-labelledby="ways">
      <h2 id="ways">{t('ways.title')}</h2>
      <ul className={styles['list']}>
        {ways.map((way) => (
          <li key={routeKey(way)} className={styles['row']} data-chosen={routeKey(way) === chosen}>
            <WayFacts way={way} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function WayFacts({ way }: { way: Way }) {
  const { t } = useTranslation('topology');
  const words = useRouteWords();
  return (
    <>
      <span className={styles['ends']}>
        <RouteText sourceIds={[way.sourceRegistryId]} destinationIds={[way.destinationRegistryId]} />
      </span>
      <span className={styles['policies']}>
        {way.policies.length === 0 ? t('byHand') : null}
        {way.policies.map((policy) => (
          <span key={policy.id} className={styles['policy']}>
            <Link to={paths.policy(policy.id)}>
              <bdi>{policy.name}</bdi>
            </Link>
            <PolicyState policy={standingAlong(policy, way.destinationRegistryId)} hasCause />
          </span>
        ))}
      </span>
      <span className={styles['figures']}>{way.isOff ? t('off') : words.facts(way).join(' · ')}</span>
    </>
  );
}
