import { expect, test } from 'vitest';
import { stepsOf, type Point } from '../src/card/steps';

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
const seconds = (day: number) => Date.parse(at(day)) / 1000;

function point(
  day: number,
  slug: string,
  amount: Point['price']['amount'],
  availability: Point['availability'] = 'IN_STOCK',
): Point {
  return { at: at(day), availability, price: { amount, currency: 'USD' }, shop: { id: slug, slug, name: slug } };
}

test('each shop’s price holds until its next one, and up to the present', () => {
  const points = [point(1, 'netvideo', '600'), point(3, 'countrylink', '590'), point(5, 'netvideo', '580.5')];
  expect(stepsOf(points, Date.parse(at(9)))).toEqual({
    times: [1, 3, 5, 9].map(seconds),
    lines: [
      { shop: 'countrylink', currency: 'USD', prices: [null, 590, 590, 590] },
      { shop: 'netvideo', currency: 'USD', prices: [600, 600, 580.5, 580.5] },
    ],
  });
});

test('where a shop doesn’t sell it, there is no line', () => {
  const points = [
    point(1, 'netvideo', '600'),
    point(2, 'netvideo', '600', 'OUT_OF_STOCK'),
    point(4, 'netvideo', '610', 'PREORDER'),
  ];
  expect(stepsOf(points, Date.parse(at(5))).lines[0]?.prices).toEqual([600, null, 610, 610]);
});

test('prices in two currencies are two lines', () => {
  const euros = { ...point(1, 'netvideo', '500'), price: { amount: '500', currency: 'EUR' } as const };
  expect(
    stepsOf([euros, point(1, 'netvideo', '600')], Date.parse(at(2))).lines.map(({ currency }) => currency),
  ).toEqual(['EUR', 'USD']);
});
