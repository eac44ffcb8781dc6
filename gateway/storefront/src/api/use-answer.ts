// An answer as a component wants it: the last one stays while the next is asked for, what passes is asked again by
// itself, and what was seen before is shown at once on the way back.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, hashOf, type Answer, type Document } from './ask';
import { pauseMs, type Failure } from './failure';

const KEPT_ANSWERS = 40;
// An older answer is replaced as soon as there is a new one.
const STALE_RETRY_MS = 3_000;

export interface Asked<D> {
  // Undefined: there was no answer yet.
  readonly data: D | undefined;
  readonly asOf: string | undefined;
  readonly failure: Failure | undefined;
  // Whether `data` is of an earlier question, or of none.
  readonly pending: boolean;
  // Asks once more.
  readonly again: () => void;
  // Changes what is shown, since something was told of it.
  readonly amend: (change: (data: D) => D) => void;
}

// The latest last.
const kept = new Map<string, Answer<unknown>>();

function keep(key: string, answer: Answer<unknown>): void {
  kept.delete(key);
  kept.set(key, answer);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_ANSWERS) break;
    kept.delete(oldest);
  }
}

interface State<D> {
  readonly key: string | undefined;
  readonly answer: Answer<D> | undefined;
  readonly failure: Failure | undefined;
}

// The last answer to a question, and to no other: what fails isn't told by what was asked before.
function answerTo<D>(key: string, state: State<D>): Answer<D> | undefined {
  return key === state.key ? state.answer : (kept.get(key) as Answer<D> | undefined);
}

// `variables` null: there is nothing to ask.
export function useAnswer<D, V>(document: Document<D, V>, variables: V | null): Asked<D> {
  const key = variables === null ? undefined : hashOf(document) + JSON.stringify(variables);
  const [state, setState] = useState<State<D>>({ key: undefined, answer: undefined, failure: undefined });
  const [round, setRound] = useState(0);
  // How often in a row this question was answered by a failure.
  const failed = useRef({ key, count: 0 });
  if (failed.current.key !== key) failed.current = { key, count: 0 };

  useEffect(() => {
    if (key === undefined || variables === null) return;
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number) => (timer = setTimeout(() => setRound((round) => round + 1), ms));
    ask(document, variables, { signal: aborter.signal, anew: round > 0 }).then(
      (answer) => {
        failed.current.count = 0;
        keep(key, answer);
        setState({ key, answer, failure: undefined });
        if (answer.asOf !== undefined) later(STALE_RETRY_MS);
      },
      (failure: Failure) => {
        if (aborter.signal.aborted) return;
        // What doesn't pass has no answer, and an earlier one would hide that.
        setState((state) => ({ key, answer: failure.passing ? answerTo(key, state) : undefined, failure }));
        if (failure.passing) later(pauseMs(failed.current.count++, Math.random(), failure.retryAfterMs));
      },
    );
    return () => {
      aborter.abort();
      clearTimeout(timer);
    };
    // `key` stands for the document and its variables.
  }, [key, round]);

  const own = key === undefined ? undefined : answerTo(key, state);
  const answer = own ?? state.answer;
  return {
    data: answer?.data,
    asOf: answer?.asOf,
    failure: key === state.key ? state.failure : undefined,
    pending: key !== state.key && !own,
    again: () => {
      failed.current.count = 0;
      setRound((round) => round + 1);
    },
    amend: (change) => {
      setState((state) => {
        if (!state.answer) return state;
        const answer = { ...state.answer, data: change(state.answer.data) };
        if (state.key !== undefined) keep(state.key, answer);
        return { ...state, answer };
      });
    },
  };
}
