import { QueryClientProvider } from '@tanstack/react-query';
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

/**
 * Draws `element` at `url`, in the surroundings that every page has; `route` is its address with parameters, if it has
 * any. Any other address is drawn as “elsewhere”.
 */
export function renderAt(url: string, element: ReactElement, route?: string) {
  const path = route ?? url.replace(/\?.*/, '');
  const router = createMemoryRouter(
    [
      { path, element },
      { path: '*', Component: Elsewhere },
    ],
    { initialEntries: [url] },
  );
  const drawn = render(
    <QueryClientProvider client={createQueryClient()}>
      <EventStreamProvider stream={silentStream} accountId={null}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </EventStreamProvider>
    </QueryClientProvider>,
  );
  return { ...drawn, router };
}

/** Nobody listens to it, so that it never opens a connection. */
const silentStream = createEventStream({
  openSource: () => {
    throw new Error('A test listens to no events.');
  },
  openChannel: () => null,
  locks: null,
});

function Elsewhere() {
  return <p>elsewhere</p>;
}
