import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useQuery } from '@tanstack/react-query';
import { listRegistries, type Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { EnvironmentChip } from '../RegistryChip.tsx';
import styles from './copy.module.css';
import { type CopyChoice, type CopySource, groupByEnvironment, isOntoItself } from './copy-plan.ts';

interface CopyDestinationsProps {
  source: CopySource;
  choice: CopyChoice;
  onChange: (change: Partial<CopyChoice>) => void;
}

/** Registries by environment; several may be chosen. One that is down may be too: the copy waits for it. */
export function CopyDestinations({ source, choice, onChange }: CopyDestinationsProps) {
  const { t } = useTranslation('tasks');
  const { data } = useQuery(endpointQuery(listRegistries, {}));
  const registries = data?.items ?? [];
  const toggle = (registryId: string) => {
    const isChosen = choice.destinationIds.includes(registryId);
    const rest = choice.destinationIds.filter((id) => id !== registryId);
    onChange({ destinationIds: isChosen ? rest : [...rest, registryId] });
  };
  return (
    <fieldset className={styles['group']}>
      <legend>{t('copy.destinations')}</legend>
      {data !== undefined && registries.length < 2 ? <p className={styles['muted']}>{t('copy.noOther')}</p> : null}
      {groupByEnvironment(registries).map((group) => (
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
  registry: Registry;
  isChosen: boolean;
  isImpossible: boolean;
  onToggle: () => void;
}

function Destination({ registry, isChosen, isImpossible, onToggle }: DestinationProps) {
  const { t } = useTranslation('tasks');
  const { health, name } = registry;
  return (
    <FormControlLabel
      className={styles['destination'] ?? ''}
      disabled={isImpossible}
      control={<Checkbox checked={isChosen && !isImpossible} onChange={onToggle} />}
      label={
        <span className={styles['destinationWords']}>
          <bdi>{name}</bdi>
          {isImpossible ? <span className={styles['muted']}>{t('copy.isSource')}</span> : null}
          {health === 'up' ? null : (
            <StatusDot
              tone={health === 'down' ? 'danger' : health === 'degraded' ? 'warn' : 'neutral'}
              label={t(`copy.unhealthy.${health}`)}
            />
          )}
        </span>
      }
    />
  );
}
