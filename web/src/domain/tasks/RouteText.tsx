import { useRegistryDirectory } from '../registry-directory.ts';
import { RegistryChip } from '../RegistryChip.tsx';
import styles from './route.module.css';

interface RouteTextProps {
  sourceIds: readonly string[];
  destinationIds: readonly string[];
}

/** From which registries to which, as chips around an arrow. */
export function RouteText({ sourceIds, destinationIds }: RouteTextProps) {
  return (
    <span className={styles['route']}>
      <Chips registryIds={sourceIds} />
      <span className={styles['arrow']}>→</span>
      <Chips registryIds={destinationIds} />
    </span>
  );
}

function Chips({ registryIds }: { registryIds: readonly string[] }) {
  const directory = useRegistryDirectory();
  return registryIds.map((registryId) => {
    const { name, environment } = directory.find(registryId);
    return <RegistryChip key={registryId} name={name} environment={environment} />;
  });
}
