import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './PullCommands.module.css';
import { type PullTool, pullTools } from './pull-commands.ts';

interface PullToolTabsProps {
  tool: PullTool;
  panelId: string;
  onChange: (tool: PullTool) => void;
}

export function PullToolTabs({ tool, panelId, onChange }: PullToolTabsProps) {
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

const STORAGE_KEY = 'longshore.pull-tool';

/** The tool last chosen in this browser. */
export function useKeptTool(): [PullTool, (tool: PullTool) => void] {
  const [tool, setTool] = useState(readTool);
  const choose = (next: PullTool) => {
    setTool(next);
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Only a convenience.
    }
  };
  return [tool, choose];
}

function readTool(): PullTool {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return pullTools.find((tool) => tool === stored) ?? 'docker';
  } catch {
    return 'docker';
  }
}
