// Follows what happens, over one WebSocket for all that a page follows. (Event streams would do too, but over HTTP/1.1
// a browser opens six connections to a host at the most, for all of its tabs together.)
//
// After a break it goes on after the last cursor, so that nothing is missed. What can't be caught up with is said, so
// that the page asks anew.
import { signal } from '@preact/signals';
import type { Client, FormattedExecutionResult, SubscribePayload } from 'graphql-ws';
import { hashOf, type Document } from './ask';
import { failureOf, pauseMs, type Failure } from './failure';

// What is told is in every answer after so long.
const ANSWERS_LAG_MS = 1_000;
// Who was followed for so long isn't to blame for the break.
const STEADY_MS = 10_000;
const NORMAL_CLOSURE = 1000;

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
    on: {
      connected: () => (live.value = true),
      // Once nobody follows anything, it is closed here.
      closed: (event) => (live.value = (event as CloseEvent).code === NORMAL_CLOSURE ? undefined : false),
    },
  });
}

export interface Follower<D> {
  readonly told: (data: D) => void;
  // Something may have been missed.
  readonly missed: () => void;
}

// Follows until the returned function is called. `cursorOf` reads the cursor of what is told.
export function follow<D, V extends Record<string, unknown>>(
  document: Document<D, V & { after?: string | null }>,
  variables: V,
  cursorOf: (data: D) => string,
  { told, missed }: Follower<D>,
): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let catchingUp: ReturnType<typeof setTimeout> | undefined;
  let after: string | undefined;
  let attempt = 0;

  const ended = (failure?: Failure) => {
    clearTimeout(catchingUp);
    if (stopped) return;
    if (failure?.code === 'CURSOR_TOO_OLD') after = undefined;
    again = setTimeout(() => void begin(), pauseMs(attempt++, Math.random()));
  };
  const begin = async () => {
    client ??= connect();
    const socket = await client.catch(() => (client = undefined));
    if (stopped) return;
    if (!socket) return ended();
    let since = Infinity;
    const connected = () => {
      since = Date.now();
      // Without a cursor nobody knows what happened since the page asked.
      if (after === undefined) catchingUp = setTimeout(missed, ANSWERS_LAG_MS);
    };
    const off = socket.on('connected', connected);
    if (live.value) connected();
    let failure: Failure | undefined;
    const over = () => {
      off();
      if (Date.now() - since > STEADY_MS) attempt = 0;
      ended(failure);
    };
    stop = socket.subscribe<D>(payloadOf(document, after === undefined ? variables : { ...variables, after }), {
      next: ({ data, errors }: FormattedExecutionResult<D, unknown>) => {
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
        // No break of the connection, but a mistake of ours: it must not look like one.
        if (error instanceof Error) reportError(error);
        over();
      },
      complete: over,
    });
  };
  void begin();
  return () => {
    stopped = true;
    clearTimeout(again);
    clearTimeout(catchingUp);
    stop?.();
  };
}

// The protocol wants a text: beside a hash, an empty one is none.
function payloadOf(document: object, variables: Record<string, unknown>): SubscribePayload {
  return { query: '', variables, extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(document) } } };
}
