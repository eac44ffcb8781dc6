// Why a question has no answer, as far as a page has to know: whether asking again may help, and when.

export class Failure extends Error {
  constructor(
    // `extensions.code` of the answer; `OFFLINE`: nobody answered.
    readonly code: string,
    // Whether the same question may be answered later.
    readonly passing: boolean,
    // When to ask again at the earliest, where whoever answers says so.
    readonly retryAfterMs: number | undefined,
    message: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

// Codes of what passes by itself; a bad question stays one.
const PASSING = new Set([
  'OVERLOADED',
  'TIMEOUT',
  'UNAVAILABLE',
  'TOO_MANY_SUBSCRIBERS',
  'SUBSCRIBER_LAGGED',
  'OFFLINE',
]);
const LONGEST_PAUSE_MS = 8_000;

interface GraphQlError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

export function failureOf(errors: readonly GraphQlError[], retryAfterMs?: number): Failure {
  const [first] = errors;
  const code = first?.extensions?.code ?? 'UNKNOWN';
  return new Failure(code, PASSING.has(code), retryAfterMs, first?.message ?? 'There is no answer.');
}

export function offline(): Failure {
  return new Failure('OFFLINE', true, undefined, 'Nobody answers.');
}

// `Retry-After` in seconds; dates are not read, since clocks differ.
export function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;
}

// How long to wait before the next attempt: as long as was asked for at least, and longer each time. `chance` is from 0
// to 1 and keeps those apart who failed together.
export function pauseMs(attempt: number, chance: number, retryAfterMs = 0): number {
  const longest = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** attempt);
  return retryAfterMs + longest * (0.5 + chance / 2);
}
