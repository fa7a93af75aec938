import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { paths } from '../../paths.ts';
import type { Shape } from './shapes.ts';
import styles from './topology-page.module.css';

/** Pairs of masters, chains of sites and fan-outs, each with the policies that make it. */
export function ShapeList({ shapes }: { shapes: readonly Shape[] }) {
  const { t } = useTranslation('topology');
  if (shapes.length === 0) return null;
  return (
    <section className={styles['section']} aria-labelledby="shapes">
      <h2 id="shapes">{t('shapes.title')}</h2>
      <ul className={styles['list']}>
        {shapes.map((shape) => (
          <li key={`${shape.kind} ${shape.registryIds.join(' ')} ${shape.policies[0]?.id}`} className={styles['row']}>
            <span className={styles['ends']}>
              <strong className={styles['kind']}>{t(`shapes.${shape.kind}`)}</strong>
              <Sites shape={shape} />
            </span>
            <span className={styles['policies']}>
              {shape.policies.map(({ id, name }) => (
                <Link key={id} to={paths.policy(id)}>
                  <bdi>{name}</bdi>
                </Link>
              ))}
            </span>
            <span className={styles['figures']}>{t(`shapes.about.${shape.kind}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sites({ shape: { kind, registryIds } }: { shape: Shape }) {
  const directory = useRegistryDirectory();
  if (kind === 'fan-out')
    return <RouteText sourceIds={registryIds.slice(0, 1)} destinationIds={registryIds.slice(1)} />;
  return (
    <span className={styles['sites']}>
      {registryIds.map((registryId, index) => {
        const { name, environment } = directory.find(registryId);
        return (
          <Fragment key={registryId}>
            {index === 0 ? null : <span>{kind === 'masters' ? '⇄' : '→'}</span>}
            <RegistryChip name={name} environment={environment} />
          </Fragment>
        );
      })}
    </span>
  );
}
