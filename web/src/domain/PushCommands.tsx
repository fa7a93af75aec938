import { useTranslation } from 'react-i18next';
import { CommandLine } from './CommandLine.tsx';
import { useRegistryDirectory } from './registry-directory.ts';

/** How to push a first image: the next step of every empty list of repositories and tags. */
export function PushCommands({ repository, tag = '1.0' }: { repository: string; tag?: string }) {
  const { t } = useTranslation('domain');
  const host = useRegistryDirectory().registries.find((registry) => registry.pullHost !== null)?.pullHost;
  if (host === undefined) return null;
  const name = `${host}/${repository}:${tag}`;
  return <CommandLine text={`docker tag my-image ${name}\ndocker push ${name}`} label={t('push.label')} />;
}
