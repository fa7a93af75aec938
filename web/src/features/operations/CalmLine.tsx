import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useListWords } from '../../i18n/use-list-words.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './operations.module.css';

/**
 * No copy fails: that all is well is said only where every registry is. Where copies need one that is down nobody knows that
 * yet: their tries may hang for a minute.
 */
export function CalmLine({ routes }: Pick<Operations, 'routes'>) {
  const { t } = useTranslation('operations');
  const listWords = useListWords();
  const { registries, findDown } = useRegistryDirectory();
  const ill = (['down', 'degraded'] as const).flatMap((health) => {
    const those = registries.filter((registry: KnownRegistry) => registry.health === health);
    return those.length === 0 ? [] : [{ health, registries: listWords(those.map(({ name }) => name)) }];
  });
  const isInDoubt = routes.some(
    ({ sourceRegistryId, destinationRegistryId, runningTasks, queuedTasks }) =>
      runningTasks + queuedTasks > 0 && findDown([sourceRegistryId, destinationRegistryId]) !== undefined,
  );
  return (
    <div className={styles['calm']} role="status">
      {isInDoubt ? null : (
        <StatusDot
          tone={ill.length === 0 ? 'ok' : 'neutral'}
          label={t(ill.length === 0 ? 'nothingFails' : 'noCopyFails')}
        />
      )}
      {ill.map(({ health, registries: names }) => (
        <StatusDot
          key={health}
          tone={health === 'down' ? 'danger' : 'warn'}
          label={t(`registryIll.${health}`, { registries: names })}
          wraps
        />
      ))}
    </div>
  );
}
