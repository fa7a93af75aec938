import type { MatrixColumn } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { paths } from '../../paths.ts';

/** The sentence of registries that cannot be read now; null when all can. */
export function usePartialWords(columns: readonly MatrixColumn[]): React.ReactNode {
  const { t } = useTranslation('repositories');
  const maySee = useCan('registry.read');
  const away = columns.filter(({ health }) => health === 'down');
  if (away.length === 0) return undefined;
  return (
    <>
      {t('stale', { count: away.length, names: away.map(({ name }) => name).join(', ') })}{' '}
      {maySee ? <Link to={paths.registries()}>{t('toRegistries')}</Link> : null}
    </>
  );
}
