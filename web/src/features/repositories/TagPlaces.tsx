import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { environmentColors } from '../../theme/environment-colors.ts';
import styles from './repositories.module.css';

type Place = 'first' | 'same' | 'differs' | 'missing';
const placeLabels = {
  first: 'whereFirst',
  same: 'whereSame',
  differs: 'whereDiffers',
  missing: 'whereMissing',
} as const;

interface TagPlacesProps {
  repository: string;
  tag: Tag;
  columns: readonly MatrixColumn[];
  /** The registry people look at, whose digest the row shows; empty for all. */
  registryId: string;
}

/** A small line of the matrix: a square where the tag is, a triangle where it is another build, a frame where it is not. */
export function TagPlaces({ repository, tag, columns, registryId: shownId }: TagPlacesProps) {
  const { t } = useTranslation('repositories');
  const held = new Map(tag.registries.map(({ registryId, digest }) => [registryId, digest]));
  const hereId = held.has(shownId) ? shownId : columns.find(({ registryId }) => held.has(registryId))?.registryId;
  const digestHere = hereId === undefined ? undefined : held.get(hereId);
  return (
    <span className={styles['places']}>
      {columns.map(({ registryId, name, environment }) => {
        const digest = held.get(registryId);
        const state: Place =
          digest === undefined
            ? 'missing'
            : registryId === hereId
              ? 'first'
              : digest === digestHere
                ? 'same'
                : 'differs';
        const label = t(placeLabels[state], { registry: name });
        const style = { '--env-color': environmentColors(environment).color } as CSSProperties;
        if (state === 'missing') {
          return (
            <span key={registryId} className={styles['place']} data-state={state} title={label}>
              <PlaceGlyph state={state} />
              <span className="visually-hidden">{label}</span>
            </span>
          );
        }
        return (
          <Link
            key={registryId}
            className={styles['place']}
            data-state={state}
            style={style}
            title={label}
            aria-label={label}
            tabIndex={-1}
            to={paths.artifact(repository, tag.name, { registry: registryId })}
          >
            <PlaceGlyph state={state} />
          </Link>
        );
      })}
    </span>
  );
}

function PlaceGlyph({ state }: { state: Place }) {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {state === 'missing' ? (
        <rect x="2" y="2" width="8" height="8" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.2" />
      ) : state === 'differs' ? (
        <path d="M6 1.2 11.4 10.8H.6z" fill="currentColor" />
      ) : (
        <rect x="1.5" y="1.5" width="9" height="9" rx="2" fill="currentColor" />
      )}
    </svg>
  );
}
