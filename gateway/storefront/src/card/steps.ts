// From the points of a history to lines that a chart draws: each offer's price holds until its next point. Pure.
import type { CardPricesQuery } from '../../generated/graphql';

export type Point = NonNullable<CardPricesQuery['videoCard']>['priceHistory']['points'][number];

export interface Line {
  readonly offerId: string;
  readonly currency: string;
  // One for each moment; null: it couldn't be bought then.
  readonly prices: readonly (number | null)[];
}

export interface Steps {
  // In seconds since 1970, growing; the last one is the present.
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const FOR_SALE = new Set<Point['availability']>(['IN_STOCK', 'PREORDER', 'ON_ORDER']);

export function stepsOf(points: readonly Point[], nowMs: number): Steps {
  const now = nowMs / 1000;
  const times = [...new Set(points.map(({ at }) => Date.parse(at) / 1000))].filter((time) => time < now);
  times.sort((one, other) => one - other).push(now);
  // A shop that changes to another currency goes on on another scale.
  const own = new Map<string, Point[]>();
  for (const point of points) {
    const key = `${point.shop.slug} ${point.offerId} ${point.price.currency}`;
    own.set(key, [...(own.get(key) ?? []), point]);
  }
  const lines = [...own.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, points]) => lineOf(points, times));
  return { times, lines };
}

function lineOf(points: readonly Point[], times: readonly number[]): Line {
  const { offerId, price } = points[0] as Point;
  const byTime = new Map(points.map((point) => [Date.parse(point.at) / 1000, point]));
  let held: number | null = null;
  const prices = times.map((time) => {
    const point = byTime.get(time);
    if (point) held = FOR_SALE.has(point.availability) ? Number(point.price.amount) : null;
    return held;
  });
  return { offerId, currency: price.currency, prices };
}

interface Offer {
  readonly id: string;
  readonly title: string;
}

// What the offers of a history are called, by their identifiers. The shop's name tells one from the other where each
// shop has one offer; of several it needs their titles, which `offers` have unless they are gone.
export function offerNames(
  points: readonly Point[],
  offers: readonly Offer[],
  gone: string,
): ReadonlyMap<string, string> {
  const shops = new Map(points.map(({ offerId, shop }) => [offerId, shop]));
  const titles = new Map(offers.map(({ id, title }) => [id, title]));
  const slugs = [...shops.values()].map(({ slug }) => slug);
  const given = new Map<string, number>();
  return new Map(
    [...shops].map(([id, { slug, name: shop }]) => {
      const alone = slugs.indexOf(slug) === slugs.lastIndexOf(slug);
      const name = alone ? shop : `${shop}: ${titles.get(id) ?? gone}`;
      const count = (given.get(name) ?? 0) + 1;
      given.set(name, count);
      return [id, count === 1 ? name : `${name} (${count})`];
    }),
  );
}
