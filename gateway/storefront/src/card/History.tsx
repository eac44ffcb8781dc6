// What a card cost when, as a chart and as a table. What draws is loaded once the chart comes into view.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CardPricesDocument, type CardPricesQuery, type SheetFragment } from '../../generated/graphql';
import { useAnswer } from '../api/use-answer';
import { moment, money } from '../format';
import { counted, locale, words } from '../language';
import { Availability } from '../parts/Price';
import { theme } from '../theme';
import { offerNames, stepsOf } from './steps';

type Prices = NonNullable<CardPricesQuery['videoCard']>['priceHistory'];

const SPANS_DAYS = [30, 90, 365] as const;
const DAY_MS = 86_400_000;
const RETRY_MS = 3_000;

interface Props {
  readonly card: Pick<SheetFragment, 'id' | 'offers'>;
  // How many changes were told while somebody looked.
  readonly changes: number;
}

export function History({ card: { id, offers }, changes }: Props) {
  const say = words.value;
  const [days, setDays] = useState<number>(SPANS_DAYS[1]);
  // Of the day, not of the moment: the same question is then the same for everyone.
  const from = useMemo(() => new Date(Math.floor(Date.now() / DAY_MS - days) * DAY_MS).toISOString(), [days]);
  const { data, again } = useAnswer(CardPricesDocument, { id, from });
  useEffect(() => {
    if (changes > 0) again();
  }, [changes]);
  const history = data?.videoCard?.priceHistory;
  const names = useMemo(() => offerNames(history?.points ?? [], offers, say.goneOffer), [history, offers, say]);
  return (
    <section class="block" aria-labelledby="history">
      <header class="block-head">
        <h2 id="history">{say.history}</h2>
        <div class="segments" role="group" aria-label={say.span}>
          {SPANS_DAYS.map((span) => (
            <button key={span} type="button" aria-pressed={span === days} onClick={() => setDays(span)}>
              {counted(span, say.days)}
            </button>
          ))}
        </div>
      </header>
      {history && <Extremes history={history} />}
      {/* Without a low it was never for sale: there is nothing to draw. */}
      {!history || history.low ? (
        <div class="chart-place">{history && <Chart points={history.points} names={names} />}</div>
      ) : (
        <p class="faint">{history.points.length === 0 ? say.noHistory : say.neverForSale}</p>
      )}
      {history && history.points.length > 0 && <Table points={history.points} names={names} />}
    </section>
  );
}

function Extremes({ history: { low, high, isAllTimeLow } }: { readonly history: Prices }) {
  const say = words.value;
  const ends = [
    [say.low, low],
    [say.high, high],
  ] as const;
  return (
    <p class="extremes">
      {ends.map(
        ([label, point]) =>
          point && (
            <span key={label}>
              {label} <strong>{money(point.price, locale.value)}</strong>
            </span>
          ),
      )}
      {isAllTimeLow && <span class="mark mark-fell">{say.allTimeLow}</span>}
    </p>
  );
}

interface Points {
  readonly points: Prices['points'];
  // Of offers, by their identifiers.
  readonly names: ReadonlyMap<string, string>;
}

function Chart({ points, names }: Points) {
  const place = useRef<HTMLDivElement>(null);
  const dark = useDark();
  useEffect(() => {
    let gone = false;
    let remove: (() => void) | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = () => {
      import('./chart').then(
        ({ draw }) => {
          if (gone || !place.current) return;
          const labels = { when: words.value.when, offers: names };
          remove = draw(place.current, stepsOf(points, Date.now()), labels, locale.value);
        },
        // Who serves it is away as well as anybody else.
        () => (timer = setTimeout(load, RETRY_MS)),
      );
    };
    load();
    return () => {
      gone = true;
      clearTimeout(timer);
      remove?.();
    };
    // Its colours and its words are those of the page.
  }, [points, names, dark, locale.value]);
  return <div ref={place} class="chart" aria-hidden="true" />;
}

function useDark(): boolean {
  const query = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [system, setSystem] = useState(query.matches);
  useEffect(() => {
    const changed = () => setSystem(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, [query]);
  return theme.value ? theme.value === 'dark' : system;
}

function Table({ points, names }: Points) {
  const say = words.value;
  return (
    <details class="history-table">
      <summary>{say.changes}</summary>
      <div class="history-scroll" tabIndex={0} role="region" aria-label={say.history}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.when}</th>
              <th scope="col">{say.shop}</th>
              <th scope="col">{say.price}</th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map(({ at, offerId, price, availability }) => (
              <tr key={at + offerId}>
                <td>{moment(at, locale.value)}</td>
                <td>{names.get(offerId)}</td>
                <td>
                  {money(price, locale.value)} <Availability of={availability} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
