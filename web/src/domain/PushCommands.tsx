import { useTranslation } from 'react-i18next';
import { projectOf } from '../paths.ts';
import { useSession } from './account.ts';
import { CommandLine } from './CommandLine.tsx';
import { canAt, useProjectAccess } from './project-access.ts';
import { frontDoor, frontDoorName, imageName, loginCommand } from './pull-commands.ts';
import { useRegistryDirectory } from './registry-directory.ts';

interface PushCommandsProps {
  repository: string;
  tag?: string;
  /** The project is not there yet: a push by a system administrator makes it. */
  isNewProject?: boolean;
}

/**
 * How to push a first image through the front door, to the first registry where the reader may: the next step of every
 * empty list of repositories and tags.
 */
export function PushCommands({ repository, tag = '1.0', isNewProject = false }: PushCommandsProps) {
  const { t } = useTranslation('domain');
  const { account } = useSession();
  const access = useProjectAccess(isNewProject ? '' : projectOf(repository));
  const registry = useRegistryDirectory().registries.find(
    ({ environment }) => isNewProject || canAt(access, 'artifact.push', environment),
  );
  if (registry === undefined || account === null) return null;
  const door = frontDoor(location);
  const image = imageName({ ...door, name: frontDoorName(registry.id, repository), reference: tag });
  const lines = [
    loginCommand('docker', door, account.username),
    `docker tag my-image ${image}`,
    `docker push ${image}`,
  ];
  return <CommandLine text={lines.join('\n')} label={t('push.label')} />;
}
