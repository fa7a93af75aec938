import { useTranslation } from 'react-i18next';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useListWords } from '../../i18n/use-list-words.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './operations.module.css';

/** No copy fails: that all is well is said only where every registry is. */
export function CalmLine() {
  const { t } = useTranslation('operations');
  const listWords = useListWords();
  const { registries } = useRegistryDirectory();
  const ill = (['down', 'degraded'] as const).flatMap((health) => {
    const those = registries.filter((registry: KnownRegistry) => registry.health === health);
    return those.length === 0 ? [] : [{ health, registries: listWords(those.map(({ name }) => name)) }];
  });
  return (
    <div className={styles['calm']} role="status">
      <StatusDot
        tone={ill.length === 0 ? 'ok' : 'neutral'}
        label={t(ill.length === 0 ? 'nothingFails' : 'noCopyFails')}
      />
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
