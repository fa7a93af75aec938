import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './PullCommands.module.css';
import type { PullTool } from './pull-commands.ts';

interface PullToolTabsProps {
  tools: readonly PullTool[];
  tool: PullTool;
  panelId: string;
  onChange: (tool: PullTool) => void;
}

export function PullToolTabs({ tools, tool, panelId, onChange }: PullToolTabsProps) {
  const { t } = useTranslation('domain');
  const step = (event: React.KeyboardEvent<HTMLButtonElement>, index: number) => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = move === 0 ? undefined : tools.at((index + move) % tools.length);
    if (next === undefined) return;
    event.preventDefault();
    onChange(next);
    const tabs = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role="tab"]');
    tabs?.[tools.indexOf(next)]?.focus();
  };
  return (
    <div role="tablist" aria-label={t('pull.label')} className={styles['tools']}>
      {tools.map((each, index) => (
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

const STORAGE_KEY = 'longshore.pull-tool';

/** The tool last chosen in this browser; where it is of no use, the first that is. */
export function useKeptTool(tools: readonly PullTool[]): [PullTool, (tool: PullTool) => void] {
  const [kept, setKept] = useState(readTool);
  const choose = (next: PullTool) => {
    setKept(next);
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Only a convenience.
    }
  };
  return [tools.find((tool) => tool === kept) ?? tools[0] ?? 'docker', choose];
}

function readTool(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
