// Follows what happens, over one WebSocket for all that a page follows. (Event streams would do too, but over HTTP/1.1
// a browser opens six connections to a host at the most, for all of its tabs together.)
//
// After a break it goes on after the last cursor, so that nothing is missed. What can't be caught up with is said, so
// that the page asks anew.
import { signal } from '@preact/signals';
import type { Client, FormattedExecutionResult, SubscribePayload } from 'graphql-ws';
import { documentId, type Document } from './ask';
import { failureOf, pauseMs, type Failure } from './failure';

// Whether changes arrive. Undefined: nothing is followed, or it was not tried yet.
export const live = signal<boolean | undefined>(undefined);

let client: Promise<Client> | undefined;

async function connect(): Promise<Client> {
  // What shows a page doesn't wait for it.
  const { createClient } = await import('graphql-ws');
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return createClient({
    url: url.href,
    // A broken connection is taken up again below, with the cursor.
    retryAttempts: 0,
    // A network that went away without a word is noticed.
    keepAlive: 10_000,
    lazyCloseTimeout: 1_000,
    on: { connected: () => (live.value = true), closed: () => (live.value = false) },
  });
}

export interface Follower<D> {
  readonly told: (data: D) => void;
  // Something may have been missed.
  readonly missed: () => void;
}

// Follows until the returned function is called. `cursorOf` reads the cursor of what is told.
export function follow<D, V extends object>(
  document: Document<D, V & { after?: string | null }>,
  variables: V,
  cursorOf: (data: D) => string,
  { told, missed }: Follower<D>,
): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let after: string | undefined;
  let attempt = 0;

  const ended = (failure?: Failure) => {
    if (stopped) return;
    if (failure?.code === 'CURSOR_TOO_OLD') {
      after = undefined;
      missed();
    }
    timer = setTimeout(() => void begin(true), pauseMs(attempt++, Math.random()));
  };
  const begin = async (again: boolean) => {
    client ??= connect();
    const socket = await client.catch(() => (client = undefined));
    if (stopped) return;
    if (!socket) return ended();
    // Without a cursor nobody knows what happened meanwhile.
    let gap = again && after === undefined;
    const connected = () => {
      attempt = 0;
      if (gap) missed();
      gap = false;
    };
    const off = socket.on('connected', connected);
    if (live.value) connected();
    const payload = { documentId: documentId(document), variables: after ? { ...variables, after } : variables };
    let failure: Failure | undefined;
    const over = () => {
      off();
      ended(failure);
    };
    // The protocol's own type knows no documents by name.
    stop = socket.subscribe<D>(payload as unknown as SubscribePayload, {
      next: ({ data, errors }: FormattedExecutionResult<D, unknown>) => {
        attempt = 0;
        if (data && !errors) {
          after = cursorOf(data);
          told(data);
        } else if (errors) {
          failure = failureOf(errors);
          missed();
        }
      },
      error: (error) => {
        if (Array.isArray(error)) failure = failureOf(error as Parameters<typeof failureOf>[0]);
        over();
      },
      complete: over,
    });
  };
  void begin(false);
  return () => {
    stopped = true;
    clearTimeout(timer);
    stop?.();
  };
}
