import { expect, test } from 'vitest';
import { borders, spanOf } from '../src/list/price-span';

test('the slider spans what the cards cost, in whole steps', () => {
  expect(borders(64.5, 1999.99)).toEqual([60, 2000]);
  expect(borders(100, 100)).toEqual([100, 100]);
});

test.each([
  [[60, 2000], {}],
  [[300, 2000], { min: 300 }],
  [[60, 600], { max: 600 }],
  [[300, 600], { min: 300, max: 600 }],
] as const)('thumbs at %o ask for %o', (thumbs, expected) => {
  expect(spanOf(thumbs, [60, 2000])).toEqual(expected);
});
