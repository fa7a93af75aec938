import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useTranslation } from 'react-i18next';
import type { KnownRegistry } from '../registry-directory.ts';
import { EnvironmentChip } from '../RegistryChip.tsx';
import styles from './copy.module.css';
import { DestinationStanding } from './DestinationStanding.tsx';
import { type CopyChoice, type CopySource, groupByEnvironment, isOntoItself } from './copy-plan.ts';

interface CopyDestinationsProps {
  source: CopySource;
  /** Where the reader may push; no other registry is offered. */
  places: readonly KnownRegistry[];
  /** The project the copy goes to. */
  project: string;
  isPending: boolean;
  choice: CopyChoice;
  onChange: (change: Partial<CopyChoice>) => void;
}

/** Registries by environment; several may be chosen. One that is down may be too: the copy waits for it. */
export function CopyDestinations({ source, places, project, isPending, choice, onChange }: CopyDestinationsProps) {
  const { t } = useTranslation('tasks');
  const isOnlySource = places.length > 0 && places.every(({ id }) => isOntoItself(source, choice, id));
  const toggle = (registryId: string) => {
    const isChosen = choice.destinationIds.includes(registryId);
    const rest = choice.destinationIds.filter((id) => id !== registryId);
    onChange({ destinationIds: isChosen ? rest : [...rest, registryId] });
  };
  return (
    <fieldset className={styles['group']}>
      <legend>{t('copy.destinations')}</legend>
      {places.length === 0 && !isPending ? <p className={styles['muted']}>{t('copy.nowhere', { project })}</p> : null}
      {isOnlySource ? <p className={styles['muted']}>{t('copy.onlySource')}</p> : null}
      {groupByEnvironment(places).map((group) => (
        <div key={group.environment} className={styles['environment']}>
          <EnvironmentChip environment={group.environment} />
          <div>
            {group.registries.map((registry) => (
              <Destination
                key={registry.id}
                registry={registry}
                isChosen={choice.destinationIds.includes(registry.id)}
                isImpossible={isOntoItself(source, choice, registry.id)}
                onToggle={() => toggle(registry.id)}
              />
            ))}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

interface DestinationProps {
  registry: KnownRegistry;
  isChosen: boolean;
  isImpossible: boolean;
  onToggle: () => void;
}

function Destination({ registry, isChosen, isImpossible, onToggle }: DestinationProps) {
  const { t } = useTranslation('tasks');
  return (
    <FormControlLabel
      className={styles['destination'] ?? ''}
      disabled={isImpossible}
      control={<Checkbox checked={isChosen && !isImpossible} onChange={onToggle} />}
      label={
        <span className={styles['destinationWords']}>
          <bdi>{registry.name}</bdi>
          {isImpossible ? <span className={styles['muted']}>{t('copy.isSource')}</span> : null}
          <DestinationStanding registry={registry} />
        </span>
      }
    />
  );
}
