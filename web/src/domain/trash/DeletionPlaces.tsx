import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useTranslation } from 'react-i18next';
import { MembersLink } from '../MembersLink.tsx';
import { RegistryChip, useEnvironmentName } from '../RegistryChip.tsx';
import type { DeletionIntent } from './delete-plan.ts';
import styles from './trash.module.css';

export interface DeletionPlace {
  readonly registryId: string;
  readonly name: string;
  readonly environment: string;
  readonly isAllowed: boolean;
}

interface DeletionPlacesProps {
  intent: DeletionIntent;
  project: string;
  places: readonly DeletionPlace[];
  chosen: readonly string[];
  onToggle: (registryId: string) => void;
}

/** The registries that have it. Where the reader may not delete, it says what would be needed, and who can give it. */
export function DeletionPlaces({ intent, project, places, chosen, onToggle }: DeletionPlacesProps) {
  const { t } = useTranslation('trash');
  const nameOf = useEnvironmentName();
  const refused = [...new Set(places.flatMap(({ isAllowed, environment }) => (isAllowed ? [] : [environment])))];
  const [only] = places;
  return (
    <fieldset className={styles['group']}>
      <legend>{t('delete.where')}</legend>
      {places.length === 1 && only !== undefined ? (
        <RegistryChip name={only.name} environment={only.environment} />
      ) : (
        places.map((place) => (
          <FormControlLabel
            key={place.registryId}
            disabled={!place.isAllowed}
            control={
              <Checkbox checked={chosen.includes(place.registryId)} onChange={() => onToggle(place.registryId)} />
            }
            label={
              <span className={styles['place']}>
                <RegistryChip name={place.name} environment={place.environment} />
                <HowMany intent={intent} registryId={place.registryId} />
              </span>
            }
          />
        ))
      )}
      {places.every(({ isAllowed }) => !isAllowed) ? <p className={styles['warn']}>{t('delete.nowhere')}</p> : null}
      {refused.map((environment) => (
        <p key={environment} className={styles['muted']}>
          {t('delete.mayNot', { environment: nameOf(environment) })}
        </p>
      ))}
      {refused.length > 0 ? <MembersLink project={project} /> : null}
    </fieldset>
  );
}

/** Of several tags some may be in one registry and some in another. */
function HowMany({ intent: { what }, registryId }: { intent: DeletionIntent; registryId: string }) {
  const { t } = useTranslation('trash');
  if (what.kind !== 'references' || what.references.length === 1) return null;
  const count = what.references.filter(({ registryIds }) => registryIds.includes(registryId)).length;
  return <span className={styles['muted']}>{t('delete.hasTags', { count })}</span>;
}
