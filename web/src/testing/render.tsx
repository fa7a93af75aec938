import { QueryClientProvider, type QueryKey } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import i18next from 'i18next';
import { type ReactElement, Suspense } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { createQueryClient } from '../api/query-client.ts';
import { EventStreamProvider } from '../api/stream-hooks.tsx';
import { startI18n } from '../i18n/i18n.ts';
import type { Language } from '../i18n/language.ts';
import { createTestStream } from './live.tsx';

/** Loads the console's words, as `main.tsx` does; once, in `beforeAll`. */
export async function loadWords(language: Language = 'en', ...namespaces: string[]): Promise<void> {
  await startI18n(language);
  await i18next.loadNamespaces(namespaces);
}

/** What the server would answer, by the key of its query. */
export type KnownAnswers = readonly (readonly [QueryKey, unknown])[];

/**
 * Draws `element` at `url`, in the surroundings that every page has; `route` is its address with parameters, if it has
 * any. Any other address is drawn as `elsewhere`. `known` is answered without asking. What it returns as `happen` is what the
 * server's event stream says.
 */
export function renderAt(
  url: string,
  element: ReactElement,
  known: KnownAnswers = [],
  route: string = url.replace(/\?.*/, ''),
) {
  const router = createMemoryRouter(
    [
      { path: route, element },
      { path: '*', Component: Elsewhere },
    ],
    { initialEntries: [url] },
  );
  const client = createQueryClient();
  for (const [key, answer] of known) client.setQueryData(key, answer);
  const { stream, happen } = createTestStream({ state: 'connecting' });
  const drawn = render(
    <QueryClientProvider client={client}>
      <EventStreamProvider stream={stream} listener={null}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </EventStreamProvider>
    </QueryClientProvider>,
  );
  return { ...drawn, router, client, happen };
}

function Elsewhere() {
  return <p>elsewhere</p>;
}
