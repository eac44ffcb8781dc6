import { expect, test } from 'vitest';
import { cardAddress, comparisonAddress, routeOf } from '../src/address/route';
import { EVERYTHING } from '../src/address/wanted';

const at = (address: string) => routeOf(new URL(address, 'http://shop.example'));

test.each([
  ['/', { page: 'list', wanted: EVERYTHING }],
  ['/cards/VmlkZW9DYXJkOjQy', { page: 'card', id: 'VmlkZW9DYXJkOjQy' }],
  ['/compare', { page: 'compare', ids: [] }],
  ['/compare?card=a&card=b&card=a', { page: 'compare', ids: ['a', 'b'] }],
  ['/cards', { page: 'nowhere' }],
  ['/cards/a/b', { page: 'nowhere' }],
  ['/cards/%ff', { page: 'nowhere' }],
  ['/graphiql', { page: 'nowhere' }],
])('%s', (address, expected) => {
  expect(at(address)).toEqual(expected);
});

test('the addresses of pages lead to them', () => {
  expect(at(cardAddress('a/b c'))).toEqual({ page: 'card', id: 'a/b c' });
  expect(at(comparisonAddress(['a=', 'b']))).toEqual({ page: 'compare', ids: ['a=', 'b'] });
  expect(comparisonAddress([])).toBe('/compare');
});

test('no more cards are compared than can be', () => {
  const ids = Array.from({ length: 12 }, (_, place) => `${place}`);
  expect(at(comparisonAddress(ids))).toEqual({ page: 'compare', ids: ids.slice(0, 8) });
});
