// What a page says in place of what it would show.
import type { ComponentChildren } from 'preact';
import type { Failure } from '../api/failure';
import { age } from '../format';
import { locale, words } from '../language';
import { useNow } from './hooks';
import { silent } from './shops';

interface Props {
  readonly heading: string;
  readonly hint?: string;
  readonly level?: 1 | 2;
  readonly children?: ComponentChildren;
}

export function Notice({ heading, hint, level = 2, children }: Props) {
  const Heading = `h${level}` as const;
  return (
    <div class="notice">
      <Heading>{heading}</Heading>
      {hint && <p>{hint}</p>}
      {children && <div class="notice-ways">{children}</div>}
    </div>
  );
}

// Why there is nothing to show; what passes says so, and tries again by itself.
export function Failed({
  failure,
  again,
  level = 2,
}: {
  readonly failure: Failure;
  readonly again: () => void;
  readonly level?: 1 | 2;
}) {
  const say = words.value;
  return (
    <div role="alert">
      <Notice
        level={level}
        heading={failure.passing ? say.offline : say.failed}
        hint={failure.passing ? say.offlineHint : failure.message}
      >
        <button type="button" class="button" onClick={again}>
          {say.tryAgain}
        </button>
      </Notice>
    </div>
  );
}

// What is shown is an older answer, or one shop's part of it may be.
export function Doubts({
  asOf,
  failure,
}: {
  readonly asOf: string | undefined;
  readonly failure: Failure | undefined;
}) {
  const say = words.value;
  const now = useNow();
  return (
    <div class="doubts" role="status">
      {failure && (
        <p class="doubt">
          {say.offline}. {say.offlineHint}
        </p>
      )}
      {asOf !== undefined && <p class="doubt">{say.asOf(age(asOf, now, locale.value))}</p>}
      {silent.value.map(({ id, name, lastSeenAt }) => (
        <p class="doubt" key={id}>
          {lastSeenAt ? say.shopAway(name, time(lastSeenAt)) : say.shopSilent(name)}
        </p>
      ))}
    </div>
  );
}

function time(at: string): string {
  return new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}
