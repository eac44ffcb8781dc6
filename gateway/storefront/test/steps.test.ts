import { expect, test } from 'vitest';
import { offerNames, stepsOf, type Point } from '../src/card/steps';

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
const seconds = (day: number) => Date.parse(at(day)) / 1000;

// `offer` is the shop's slug, or that with something behind it: `netvideo-2`.
function point(
  day: number,
  offer: string,
  amount: Point['price']['amount'],
  availability: Point['availability'] = 'IN_STOCK',
): Point {
  const [slug = ''] = offer.split('-');
  const shop = { id: slug, slug, name: slug.toUpperCase() };
  return { at: at(day), offerId: offer, availability, price: { amount, currency: 'USD' }, shop };
}

test('each offer’s price holds until its next one, and up to the present', () => {
  const points = [point(1, 'netvideo', '600'), point(3, 'countrylink', '590'), point(5, 'netvideo', '580.5')];
  expect(stepsOf(points, Date.parse(at(9)))).toEqual({
    times: [1, 3, 5, 9].map(seconds),
    lines: [
      { offerId: 'countrylink', currency: 'USD', prices: [null, 590, 590, 590] },
      { offerId: 'netvideo', currency: 'USD', prices: [600, 600, 580.5, 580.5] },
    ],
  });
});

test('two offers of one shop are two lines', () => {
  const points = [
    point(1, 'netvideo-1', '600'),
    point(1, 'netvideo-2', '640'),
    point(3, 'netvideo-2', '500'),
    point(4, 'netvideo-1', '610'),
  ];
  expect(stepsOf(points, Date.parse(at(5))).lines.map(({ prices }) => prices)).toEqual([
    [600, 600, 610, 610],
    [640, 500, 500, 500],
  ]);
});

test('where an offer can’t be bought, there is no line', () => {
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

test('an offer is called after its shop, and where that isn’t enough after its title too', () => {
  const title = (id: string, title: string) => ({ id, title });
  const named = (offers: string[], present: { id: string; title: string }[]) => [
    ...offerNames(
      offers.map((offer, day) => point(day + 1, offer, '600')),
      present,
      'gone',
    ).values(),
  ];
  expect(named(['netvideo', 'countrylink', 'netvideo'], [])).toEqual(['NETVIDEO', 'COUNTRYLINK']);
  expect(named(['netvideo-1', 'countrylink', 'netvideo-2'], [title('netvideo-1', 'TUF')])).toEqual([
    'NETVIDEO: TUF',
    'COUNTRYLINK',
    'NETVIDEO: gone',
  ]);
  const alike = ['1', '2', '3'].map((number) => title(`netvideo-${number}`, number === '3' ? 'TUF OC' : 'TUF'));
  expect(named(alike.map(({ id }) => id), alike)).toEqual(['NETVIDEO: TUF', 'NETVIDEO: TUF (2)', 'NETVIDEO: TUF OC']);
});
