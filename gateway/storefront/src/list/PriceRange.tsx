// From which price to which, over a histogram of what the list's cards cost.
import { useEffect, useState } from 'preact/hooks';
import type { ListedChoicesQuery } from '../../generated/graphql';
import { go } from '../address/here';
import { changed, listAddress, type Wanted } from '../address/wanted';
import { wholeMoney } from '../format';
import { locale, words } from '../language';
import { borders, spanOf, STEP } from './price-span';

type Stats = ListedChoicesQuery['videoCards']['priceStats'];

interface Props {
  readonly wanted: Wanted;
  readonly stats: Stats;
}

export function PriceRange({ wanted, stats }: Props) {
  const say = words.value;
  const [low, high] = stats ? borders(Number(stats.min.amount), Number(stats.max.amount)) : [0, 0];
  const asked = [Math.max(low, wanted.price.min ?? low), Math.min(high, wanted.price.max ?? high)] as const;
  // While a thumb is held, nothing is asked.
  const [[from, to], setHeld] = useState(asked);
  useEffect(() => setHeld(asked), [...asked]);
  if (!stats || low === high) return null;
  const write = (amount: number) => wholeMoney(amount, stats.min.currency, locale.value);
  const held = (end: 0 | 1, value: number) =>
    setHeld(([from, to]) => (end === 0 ? [Math.min(value, to - STEP), to] : [from, Math.max(value, from + STEP)]));
  const released = () => go(listAddress(changed(wanted, { price: spanOf([from, to], [low, high]) })), { stay: true });
  const ends = [
    [0, say.cheapestPrice, from],
    [1, say.dearestPrice, to],
  ] as const;
  return (
    <fieldset class="filter">
      <legend>{say.price}</legend>
      <div class="prices">
        <Histogram stats={stats} from={from} to={to} />
        <div class="prices-track">
          {ends.map(([end, label, value]) => (
            <input
              key={end}
              type="range"
              min={low}
              max={high}
              step={STEP}
              value={value}
              aria-label={label}
              aria-valuetext={write(value)}
              onInput={(event) => held(end, Number(event.currentTarget.value))}
              onChange={released}
            />
          ))}
        </div>
        <output class="prices-told">{say.priceBetween(write(from), write(to))}</output>
      </div>
    </fieldset>
  );
}

const WIDTH = 240;
const HEIGHT = 48;

function Histogram({
  stats,
  from,
  to,
}: {
  readonly stats: NonNullable<Stats>;
  readonly from: number;
  readonly to: number;
}) {
  const most = Math.max(1, ...stats.buckets.map(({ count }) => count));
  const width = WIDTH / stats.buckets.length;
  return (
    <svg class="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {stats.buckets.map(({ min, max, count }, place) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT);
        const inside = Number(max.amount) >= from && Number(min.amount) <= to;
        return (
          <rect
            key={place}
            x={place * width + 0.5}
            y={HEIGHT - height}
            width={width - 1}
            height={height}
            data-inside={inside}
          />
        );
      })}
    </svg>
  );
}
