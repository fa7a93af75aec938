import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { ThemeProvider } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { THEME_STORAGE_KEY, theme } from './theme.ts';
import './tokens.css';
import './base.css';

/** The strict policy allows styles made at run time only with the nonce that came with the page. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const cache = createCache({ key: 'ls', prepend: true, ...(nonce === undefined || nonce === '' ? {} : { nonce }) });

export function ThemeRoot({ children }: { children: ReactNode }) {
  return (
    <CacheProvider value={cache}>
      <ThemeProvider theme={theme} defaultMode="system" modeStorageKey={THEME_STORAGE_KEY} noSsr>
        {children}
      </ThemeProvider>
    </CacheProvider>
  );
}
