import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CommandLine } from './CommandLine.tsx';
import styles from './PullCommands.module.css';
import { insecureRegistryHint, type PullTool, pullCommand, pullTools, speaksPlainHttp } from './pull-commands.ts';
import type { KnownRegistry } from './registry-directory.ts';

interface PullCommandsProps {
  registry: KnownRegistry;
  repository: string;
  /** Null where only the digest is known. */
  tag: string | null;
  digest: string;
}

const STORAGE_KEY = 'longshore.pull-tool';

/** The line that pulls an artifact, for each tool; the last one used comes first the next time. */
export function PullCommands({ registry, repository, tag, digest }: PullCommandsProps) {
  const { t } = useTranslation('domain');
  const [tool, setTool] = useState(readTool);
  const [isByDigest, setIsByDigest] = useState(tag === null);
  const group = useId();
  if (registry.pullHost === null) return <p className={styles['hint']}>{t('pull.noHost')}</p>;
  const target = {
    pullHost: registry.pullHost,
    repository,
    reference: isByDigest || tag === null ? digest : tag,
    isPlainHttp: speaksPlainHttp(registry.endpointUrls),
  };
  const hint = insecureRegistryHint(tool, target);
  return (
    <div className={styles['commands']}>
      <ToolTabs
        tool={tool}
        panelId={`${group}-panel`}
        onChange={(next) => {
          setTool(next);
          rememberTool(next);
        }}
      />
      <div role="tabpanel" id={`${group}-panel`} aria-label={t(`pull.tools.${tool}`)} className={styles['commands']}>
        <CommandLine text={pullCommand(tool, target)} label={t(`pull.tools.${tool}`)} />
        {tag === null ? null : (
          <div className={styles['by']} role="radiogroup" aria-label={t('pull.by')}>
            <span aria-hidden="true">{t('pull.by')}</span>
            <label>
              <input type="radio" name={group} checked={!isByDigest} onChange={() => setIsByDigest(false)} />
              {t('pull.byTag')}
            </label>
            <label>
              <input type="radio" name={group} checked={isByDigest} onChange={() => setIsByDigest(true)} />
              {t('pull.byDigest')}
            </label>
          </div>
        )}
        {hint === null ? null : (
          <>
            <p className={styles['hint']}>{t('pull.insecure', { file: hint.file })}</p>
            <CommandLine text={hint.lines} label={hint.file} />
          </>
        )}
      </div>
    </div>
  );
}

function ToolTabs({
  tool,
  panelId,
  onChange,
}: {
  tool: PullTool;
  panelId: string;
  onChange: (tool: PullTool) => void;
}) {
  const { t } = useTranslation('domain');
  const step = (event: React.KeyboardEvent<HTMLButtonElement>, index: number) => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = move === 0 ? undefined : pullTools.at((index + move) % pullTools.length);
    if (next === undefined) return;
    event.preventDefault();
    onChange(next);
    const tabs = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role="tab"]');
    tabs?.[pullTools.indexOf(next)]?.focus();
  };
  return (
    <div role="tablist" aria-label={t('pull.label')} className={styles['tools']}>
      {pullTools.map((each, index) => (
        <button
          key={each}
          type="button"
          role="tab"
          className={styles['tool']}
          aria-selected={each === tool}
          aria-controls={panelId}
          tabIndex={each === tool ? 0 : -1}
          onClick={() => onChange(each)}
          onKeyDown={(event) => step(event, index)}
        >
          {t(`pull.tools.${each}`)}
        </button>
      ))}
    </div>
  );
}

function readTool(): PullTool {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return pullTools.find((tool) => tool === stored) ?? 'docker';
  } catch {
    return 'docker';
  }
}

function rememberTool(tool: PullTool): void {
  try {
    localStorage.setItem(STORAGE_KEY, tool);
  } catch {
    // Only a convenience.
  }
}
