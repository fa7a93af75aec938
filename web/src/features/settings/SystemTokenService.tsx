import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CommandLine } from '../../domain/CommandLine.tsx';
import { paths } from '../../paths.ts';
import { registriesQuery } from './system-queries.ts';
import styles from './system.module.css';

/** Where registries and tools get their tokens, and which registries take them. */
export function SystemTokenService() {
  const { t } = useTranslation('settings');
  const { data } = useQuery(registriesQuery());
  const registries = data?.items ?? [];
  const trusting = registries.filter(({ trustsLongshore }) => trustsLongshore);
  return (
    <section className={styles['section']} aria-labelledby="settings-token-service">
      <h2 id="settings-token-service">{t('system.tokenService.title')}</h2>
      <p className={styles['muted']}>{t('system.tokenService.words')}</p>
      <CommandLine text={`${location.origin}/service/token`} label={t('system.tokenService.address')} />
      <p>
        {trusting.length === 0
          ? t('system.tokenService.noneTrusts')
          : t('system.tokenService.trust', { count: trusting.length })}{' '}
        {trusting.map(({ id, name }, index) => (
          <span key={id}>
            {index === 0 ? null : ', '}
            <Link to={paths.registry(id)}>
              <bdi>{name}</bdi>
            </Link>
          </span>
        ))}
      </p>
      <p className={styles['muted']}>{t('system.tokenService.lines')}</p>
    </section>
  );
}
