import MuiTab from '@mui/material/Tab';
import MuiTabs from '@mui/material/Tabs';
import type { ReactNode } from 'react';
import { useUrlState } from './use-url-state.ts';

export interface TabChoice {
  /** Stands in the URL as `?tab=…`; the first is the default and is left out. */
  key: string;
  label: ReactNode;
  /** Drawn while chosen. */
  content: () => ReactNode;
}

interface TabsProps {
  /** What is chosen between, for screen readers. */
  label: string;
  tabs: readonly [TabChoice, ...TabChoice[]];
  /** The parameter's name where a page has two sets. */
  parameter?: string;
}

/** Tabs whose choice is in the URL. */
export function Tabs({ label, tabs, parameter = 'tab' }: TabsProps) {
  const [state, setState] = useUrlState({ [parameter]: tabs[0].key });
  const chosen = tabs.find((tab) => tab.key === state[parameter]) ?? tabs[0];
  return (
    <>
      <MuiTabs
        value={chosen.key}
        onChange={(_event, key: string) => setState({ [parameter]: key }, { replace: false })}
        aria-label={label}
        variant="scrollable"
        scrollButtons={false}
        sx={{ borderBottom: '1px solid var(--line)', mb: 2 }}
      >
        {tabs.map((tab) => (
          <MuiTab
            key={tab.key}
            value={tab.key}
            label={tab.label}
            id={`${parameter}-${tab.key}`}
            aria-controls={`${parameter}-panel`}
          />
        ))}
      </MuiTabs>
      <div role="tabpanel" id={`${parameter}-panel`} aria-labelledby={`${parameter}-${chosen.key}`}>
        {chosen.content()}
      </div>
    </>
  );
}
