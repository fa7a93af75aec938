import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import i18next from 'i18next';
import type { ReactElement } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { createQueryClient } from '../api/query-client.ts';
import { startI18n } from '../i18n/i18n.ts';
import type { Language } from '../i18n/language.ts';

/** Loads the console's words, as `main.tsx` does; once, in `beforeAll`. */
export async function loadWords(language: Language = 'en', ...namespaces: string[]): Promise<void> {
  await startI18n(language);
  await i18next.loadNamespaces(namespaces);
}

/** Draws `element` at `url`, in the surroundings that every page has. Any other address is drawn as `at /address`. */
export function renderAt(url: string, element: ReactElement) {
  const path = url.replace(/\?.*/, '');
  const router = createMemoryRouter(
    [
      { path, element },
      { path: '*', Component: Elsewhere },
    ],
    { initialEntries: [url] },
  );
  const drawn = render(
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...drawn, router };
}

function Elsewhere() {
  return <p>elsewhere</p>;
}
