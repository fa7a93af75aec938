import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CommandLine } from '../../domain/CommandLine.tsx';
import { paths } from '../../paths.ts';
import { registriesQuery, tokenConfigurationQuery } from './system-queries.ts';
import styles from './system.module.css';

/** Where registries and tools get their tokens, and which registries take them. */
export function SystemTokenService() {
  const { t } = useTranslation('settings');
  const { data } = useQuery(registriesQuery());
  const registries = data?.items ?? [];
  const address = useAddress(data?.items[0]?.id, data !== undefined);
  const trusting = registries.filter(({ trustsLongshore }) => trustsLongshore);
  return (
    <section className={styles['section']} aria-labelledby="settings-token-service">
      <h2 id="settings-token-service">{t('system.tokenService.title')}</h2>
      <p className={styles['muted']}>{t('system.tokenService.words')}</p>
      {address === undefined ? (
        <div className={styles['skeletonLine']} aria-busy="true" />
      ) : (
        <>
          <CommandLine text={address.realm} label={t('system.tokenService.address')} />
          <AddressWords {...address} />
        </>
      )}
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

function AddressWords({ realm, isAddressSure }: Address) {
  const { t } = useTranslation('settings');
  if (!isAddressSure) return <p className={styles['warn']}>{t('system.tokenService.unsure')}</p>;
  if (new URL(realm).origin === location.origin) return null;
  return <p className={styles['muted']}>{t('system.tokenService.elsewhere', { origin: location.origin })}</p>;
}

interface Address {
  readonly realm: string;
  readonly isAddressSure: boolean;
}

/**
 * Where the server says that the token service is: the configured address, which need not be the one this page was opened
 * at. It says so in the lines for a registry; without any registry, and where it cannot be asked, only this page's is known.
 */
function useAddress(registryId: string | undefined, isKnown: boolean): Address | undefined {
  const { data, error } = useQuery({ ...tokenConfigurationQuery(registryId ?? ''), enabled: registryId !== undefined });
  if (data !== undefined) return data;
  const isWithout = isKnown && registryId === undefined;
  if (!isWithout && error === null) return undefined;
  return { realm: `${location.origin}/service/token`, isAddressSure: true };
}
