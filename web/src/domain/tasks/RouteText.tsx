import { useRegistryDirectory } from '../registry-directory.ts';
import { RegistryChip } from '../RegistryChip.tsx';
import styles from './route.module.css';

interface RouteTextProps {
  sourceIds: readonly string[];
  destinationIds: readonly string[];
  /** How many are drawn on each side; of the rest only the number is, with the names in its title. */
  shown?: number;
}

/** From which registries to which, as chips around an arrow. */
export function RouteText({ sourceIds, destinationIds, shown = 6 }: RouteTextProps) {
  return (
    <span className={styles['route']} data-wraps={destinationIds.slice(0, shown).length > 1}>
      <Chips registryIds={sourceIds} shown={shown} />
      <span className={styles['arrow']}>→</span>
      <Chips registryIds={destinationIds} shown={shown} />
    </span>
  );
}

function Chips({ registryIds, shown }: { registryIds: readonly string[]; shown: number }) {
  const directory = useRegistryDirectory();
  const remaining = registryIds.slice(shown).map((registryId) => directory.find(registryId).name);
  return (
    <>
      {registryIds.slice(0, shown).map((registryId) => {
        const { name, environment } = directory.find(registryId);
        return <RegistryChip key={registryId} name={name} environment={environment} />;
      })}
      {remaining.length === 0 ? null : <span title={remaining.join(', ')}>+{remaining.length}</span>}
    </>
  );
}
