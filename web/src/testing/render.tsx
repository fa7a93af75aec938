import { QueryClientProvider, type QueryKey } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import i18next from 'i18next';
import { type ReactElement, Suspense } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { createEventStream } from '../api/event-stream.ts';
import { createQueryClient } from '../api/query-client.ts';
import { EventStreamProvider } from '../api/stream-hooks.tsx';
import { startI18n } from '../i18n/i18n.ts';
import type { Language } from '../i18n/language.ts';

/** Loads the console's words, as `main.tsx` does; once, in `beforeAll`. */
export async function loadWords(language: Language = 'en', ...namespaces: string[]): Promise<void> {
  await startI18n(language);
  await i18next.loadNamespaces(namespaces);
}

/** What the server would answer, by the key of its query. */
export type KnownAnswers = readonly (readonly [QueryKey, unknown])[];

/**
 * Draws `element` at `url`, in the surroundings that every page has. Any other address is drawn as `elsewhere`. Nothing is
 * heard of the event stream. `known` is answered without asking; `route` is the address with its parameters, if it has any.
 */
export function renderAt(url: string, element: ReactElement, known: KnownAnswers = [], route?: string) {
  const path = route ?? url.replace(/\?.*/, '');
  const router = createMemoryRouter(
    [
      { path, element },
      { path: '*', Component: Elsewhere },
    ],
    { initialEntries: [url] },
  );
  const client = createQueryClient();
  for (const [key, answer] of known) client.setQueryData(key, answer);
  const drawn = render(
    <QueryClientProvider client={client}>
      <EventStreamProvider stream={silentStream()} accountId={null}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </EventStreamProvider>
    </QueryClientProvider>,
  );
  return { ...drawn, router, client };
}

/** With nobody to listen it opens nothing. */
function silentStream() {
  const openSource = () => {
    throw new Error('A test asked for the event stream.');
  };
  return createEventStream({ openSource, openChannel: () => null, locks: null });
}

function Elsewhere() {
  return <p>elsewhere</p>;
}
