import type { Robot, RobotPermission } from 'bff/contract/robots';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { useListWords } from '../../i18n/use-list-words.ts';

/** Permissions and expiry as people read them. */
export function useRobotWords() {
  const { t } = useTranslation(['robots', 'domain']);
  const listWords = useListWords();
  const environmentName = useEnvironmentName();
  const format = useFormat();
  const permission = ({ actions, environments, repositories }: RobotPermission): string =>
    t('permission', {
      actions: listWords(actions.map((action) => t(`domain:action.${action}`))),
      environments: environments === null ? t('everywhere') : listWords(environments.map(environmentName)),
      repositories: repositories.includes('**') ? t('allRepositories') : repositories.join(', '),
    });
  return {
    permission,
    permissions: (permissions: readonly RobotPermission[]) => permissions.map(permission).join('; '),
    expiry: ({ expiresAt }: Pick<Robot, 'expiresAt'>) => (expiresAt === null ? t('never') : format.instant(expiresAt)),
  };
}
