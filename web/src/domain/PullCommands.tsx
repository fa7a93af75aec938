import { useQuery } from '@tanstack/react-query';
import type { Artifact } from 'bff/contract/artifacts';
import { listRegistries } from 'bff/contract/registries';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { endpointQuery } from '../api/endpoint-query.ts';
import { paths, projectOf } from '../paths.ts';
import { Sentence } from '../ui/Sentence.tsx';
import { useCan, useSession } from './account.ts';
import { CommandLine } from './CommandLine.tsx';
import { isPublicIn, projectQuery } from './project-access.ts';
import styles from './PullCommands.module.css';
import {
  frontDoor,
  frontDoorName,
  insecureRegistryHint,
  loginCommand,
  type PullTarget,
  type PullTool,
  pullCommand,
  pullCommandWithLogin,
  pullToolsFor,
  speaksPlainHttp,
} from './pull-commands.ts';
import { PullToolTabs, useKeptTool } from './PullToolTabs.tsx';
import type { KnownRegistry } from './registry-directory.ts';

interface PullCommandsProps {
  registry: KnownRegistry;
  artifact: Pick<Artifact, 'repository' | 'tag' | 'digest' | 'kind' | 'artifactType'>;
}

/** The lines that pull an artifact, for each tool; the last one used comes first the next time. */
export function PullCommands({ registry, artifact }: PullCommandsProps) {
  const { t } = useTranslation('domain');
  const { repository, tag, digest } = artifact;
  const tools = pullToolsFor(artifact);
  const [tool, setTool] = useKeptTool(tools);
  const [isByDigest, setIsByDigest] = useState(tag === null);
  const [wantsRegistry, setWantsRegistry] = useState(false);
  const needsLogin = useNeedsLogin(repository, registry.environment);
  const panelId = useId();
  const { id, pullHost } = registry;
  const isDirect = wantsRegistry && pullHost !== null;
  const reference = isByDigest || tag === null ? digest : tag;
  const isPlainHttp = useIsPlainHttp(id, isDirect);
  const target: PullTarget = isDirect
    ? { host: pullHost, isPlainHttp, name: repository, reference }
    : { ...frontDoor(location), name: frontDoorName(id, repository), reference };
  return (
    <div className={styles['commands']}>
      <PullToolTabs tools={tools} tool={tool} panelId={panelId} onChange={setTool} />
      <div role="tabpanel" id={panelId} aria-label={t(`pull.tools.${tool}`)} className={styles['commands']}>
        <Lines tool={tool} target={target} needsLogin={needsLogin && !isDirect} />
        {tag === null ? null : (
          <Choice
            label={t('pull.by')}
            first={t('pull.byTag')}
            second={t('pull.byDigest')}
            isSecond={isByDigest}
            onChange={setIsByDigest}
          />
        )}
        {pullHost === null ? null : (
          <Choice
            label={t('pull.via')}
            first={t('pull.viaLongshore')}
            second={t('pull.viaRegistry')}
            isSecond={isDirect}
            onChange={setWantsRegistry}
          />
        )}
        {isDirect ? <p className={styles['hint']}>{t('pull.viaRegistryHint')}</p> : null}
        <InsecureHint tool={tool} target={target} />
      </div>
    </div>
  );
}

/** Only where the project is public and the administrator allows it, somebody unknown may pull. */
function useNeedsLogin(repository: string, environment: string): boolean {
  const { anonymousPermissions } = useSession();
  const { data: project } = useQuery(projectQuery(projectOf(repository)));
  if (!anonymousPermissions.includes('artifact.pull')) return true;
  return project === undefined || !isPublicIn(project, environment);
}

/** Known to those who may look at the registry's addresses; others see the line without the switch. */
function useIsPlainHttp(registryId: string, isWanted: boolean): boolean {
  const maySee = useCan('registry.read');
  const { data } = useQuery({ ...endpointQuery(listRegistries, {}), enabled: isWanted && maySee });
  const registry = data?.items.find(({ id }) => id === registryId);
  return speaksPlainHttp((registry?.endpoints ?? []).map(({ url }) => url));
}

interface LinesProps {
  tool: PullTool;
  target: PullTarget;
  needsLogin: boolean;
}

function Lines({ tool, target, needsLogin }: LinesProps) {
  const { t } = useTranslation('domain');
  const { account } = useSession();
  const label = t(`pull.tools.${tool}`);
  if (!needsLogin) return <CommandLine text={pullCommand(tool, target)} label={label} />;
  const username = account?.username ?? 'USERNAME';
  const login = loginCommand(tool, target, username);
  const hint = <p className={styles['hint']}>{<PasswordHint isSignedIn={account !== null} />}</p>;
  return (
    <>
      {login === null ? null : (
        <>
          <p className={styles['hint']}>{t(tool === 'kubernetes' ? 'pull.loginSecret' : 'pull.login')}</p>
          <CommandLine text={login} label={t('pull.loginLabel')} />
          {hint}
        </>
      )}
      <CommandLine text={pullCommandWithLogin(tool, target, username)} label={label} />
      {login === null ? hint : null}
    </>
  );
}

function PasswordHint({ isSignedIn }: { isSignedIn: boolean }) {
  const { t } = useTranslation('domain');
  if (!isSignedIn) return t('pull.loginHintOther');
  return (
    <Sentence text={t('pull.loginHint')} parts={{ account: <Link to={paths.account({ part: 'access-tokens' })} /> }} />
  );
}

function InsecureHint({ tool, target }: { tool: PullTool; target: PullTarget }) {
  const { t } = useTranslation('domain');
  const hint = insecureRegistryHint(tool, target);
  if (hint === null) return null;
  return (
    <>
      <p className={styles['hint']}>{t('pull.insecure', { host: target.host, file: hint.file })}</p>
      <CommandLine text={hint.lines} label={hint.file} />
    </>
  );
}

interface ChoiceProps {
  label: string;
  first: string;
  second: string;
  isSecond: boolean;
  onChange: (isSecond: boolean) => void;
}

function Choice({ label, first, second, isSecond, onChange }: ChoiceProps) {
  const group = useId();
  return (
    <div className={styles['by']} role="radiogroup" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      <label>
        <input type="radio" name={group} checked={!isSecond} onChange={() => onChange(false)} />
        {first}
      </label>
      <label>
        <input type="radio" name={group} checked={isSecond} onChange={() => onChange(true)} />
        {second}
      </label>
    </div>
  );
}
