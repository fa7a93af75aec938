import type { PolicyName } from 'bff/contract/words';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';

/** Which policy it was: by the name that it had then, also where it is gone; to who may not see it, that it was one. */
export function PolicyLink({ policy: { id, name, exists } }: { policy: PolicyName }) {
  const { t } = useTranslation('trash');
  if (id === null || name === null) return <>{t('row.somePolicy')}</>;
  return exists ? <Link to={paths.policy(id)}>{name}</Link> : <bdi>{name}</bdi>;
}
