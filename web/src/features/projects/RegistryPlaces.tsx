import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { environmentColors } from '../../theme/environment-colors.ts';
import styles from './Matrix.module.css';

interface RegistryPlacesProps {
  registries: readonly { registryId: string; tagCount: number }[];
}

/** Which registries hold something, as a row of squares in the environments' order; in words for screen readers and hover. */
export function RegistryPlaces({ registries }: RegistryPlacesProps) {
  const { t } = useTranslation('projects');
  const directory = useRegistryDirectory();
  const counts = new Map(registries.map(({ registryId, tagCount }) => [registryId, tagCount]));
  const known = directory.registries.map(({ id }) => id);
  const ids = [...known, ...registries.map(({ registryId }) => registryId).filter((id) => !known.includes(id))];
  const words = ids
    .filter((id) => counts.has(id))
    .map((id) => `${directory.find(id).name}: ${t('counts.tags', { count: counts.get(id) ?? 0 })}`)
    .join(', ');
  return (
    <span className={styles['places']} title={words}>
      {ids.map((id) => (
        <span
          key={id}
          aria-hidden="true"
          className={styles['place']}
          data-present={counts.has(id)}
          style={{ '--env-color': environmentColors(directory.find(id).environment).color } as CSSProperties}
        />
      ))}
      <span className="visually-hidden">{words}</span>
    </span>
  );
}
