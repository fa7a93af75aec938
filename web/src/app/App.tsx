import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { RouterProvider } from 'react-router/dom';
import { createBrowserEventStream } from '../api/event-stream.ts';
import { createQueryClient } from '../api/query-client.ts';
import { EventStreamProvider } from '../api/stream-hooks.tsx';
import { isOpenToAnybody, type Session, sessionQuery } from '../domain/account.ts';
import { ThemeRoot } from '../theme/ThemeRoot.tsx';
import { Toaster } from '../ui/Toaster.tsx';

type Router = Parameters<typeof RouterProvider>[0]['router'];

export function App({ router }: { router: Router }) {
  const [client] = useState(createQueryClient);
  return (
    <ThemeRoot>
      <QueryClientProvider client={client}>
        <Live>
          <Suspense fallback={null}>
            <RouterProvider router={router} />
            <Toaster />
          </Suspense>
        </Live>
      </QueryClientProvider>
    </ThemeRoot>
  );
}

/** Live events for whoever may see something; the first question about that is asked here, before any page is there. */
function Live({ children }: { children: React.ReactNode }) {
  const [stream] = useState(createBrowserEventStream);
  const session = useQuery(sessionQuery());
  return (
    <EventStreamProvider stream={stream} listener={session.data === undefined ? null : listenerOf(session.data)}>
      {children}
    </EventStreamProvider>
  );
}

function listenerOf(session: Session): string | null {
  return session.account?.id ?? (isOpenToAnybody(session) ? 'anonymous' : null);
}
