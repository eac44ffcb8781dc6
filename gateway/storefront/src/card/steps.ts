// From the points of a history to lines that a chart draws: each shop's price holds until its next point. Pure.
import type { CardPricesQuery } from '../../generated/graphql';

export type Point = NonNullable<CardPricesQuery['videoCard']>['priceHistory']['points'][number];

export interface Line {
  readonly shop: string;
  readonly currency: string;
  // One for each moment; null: the shop didn't sell it then.
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
  const shops = new Map<string, Point[]>();
  for (const point of points) {
    const key = `${point.shop.slug} ${point.price.currency}`;
    shops.set(key, [...(shops.get(key) ?? []), point]);
  }
  const lines = [...shops.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, own]) => lineOf(own, times));
  return { times, lines };
}

function lineOf(points: readonly Point[], times: readonly number[]): Line {
  const { shop, price } = points[0] as Point;
  const byTime = new Map(points.map((point) => [Date.parse(point.at) / 1000, point]));
  let held: number | null = null;
  const prices = times.map((time) => {
    const point = byTime.get(time);
    if (point) held = FOR_SALE.has(point.availability) ? Number(point.price.amount) : null;
    return held;
  });
  return { shop: shop.name, currency: price.currency, prices };
}
