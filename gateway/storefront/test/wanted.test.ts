import { describe, expect, test } from 'vitest';
import {
  changed,
  conditions,
  EVERYTHING,
  filterOf,
  listAddress,
  readWanted,
  sortOf,
  technologyToggled,
  toggled,
  type Wanted,
} from '../src/address/wanted';

const read = (address: string): Wanted => readWanted(new URL(address, 'http://shop.example').searchParams);

describe('an address that was made is read back as what was wanted', () => {
  const cases: [string, Partial<Wanted>][] = [
    ['/', {}],
    ['/?q=rtx+4070', { search: 'rtx 4070' }],
    ['/?brand=asus&brand=msi', { choices: { ...EVERYTHING.choices, brands: ['asus', 'msi'] } }],
    [
      '/?maker=amd&stock=in-stock',
      { choices: { ...EVERYTHING.choices, chipMakers: ['AMD'], availability: ['IN_STOCK'] } },
    ],
    ['/?with=dlss&without=g-sync', { having: ['dlss'], lacking: ['g-sync'] }],
    ['/?memory=12', { memoryGb: { min: 12, max: 12 } }],
    ['/?memory=12-', { memoryGb: { min: 12 } }],
    ['/?price=-600', { price: { max: 600 } }],
    ['/?price=300-600&sort=fallen', { price: { min: 300, max: 600 }, sort: 'fallen' }],
    ['/?after=WyJwIl0', { after: 'WyJwIl0' }],
    ['/?before=WyJwIl0', { before: 'WyJwIl0' }],
  ];
  test.each(cases)('%s', (address, wanted) => {
    expect(read(address)).toEqual({ ...EVERYTHING, ...wanted });
    expect(listAddress({ ...EVERYTHING, ...wanted })).toBe(address);
  });
});

test.each([
  '/?sort=upwards',
  '/?memory=a-lot',
  '/?memory=16-8',
  '/?price=-',
  '/?price=1e9',
  '/?stock=maybe',
  '/?maker=',
  '/?q=+',
  '/?foo=bar',
  '/?sort=constructor',
])('what %s can’t mean is left out', (address) => {
  expect(read(address)).toEqual(EVERYTHING);
});

test('a technology can’t be both wanted and refused', () => {
  expect(read('/?with=dlss&without=dlss')).toEqual({ ...EVERYTHING, having: ['dlss'] });
  const refused = technologyToggled({ ...EVERYTHING, having: ['dlss', 'fsr'] }, 'dlss', 'lacking');
  expect([refused.having, refused.lacking]).toEqual([['fsr'], ['dlss']]);
  expect(technologyToggled(refused, 'dlss', 'lacking').lacking).toEqual([]);
});

test('whatever is changed, the list begins with its first page', () => {
  const third: Wanted = { ...EVERYTHING, after: 'x' };
  expect(toggled(third, 'brands', 'asus').after).toBeUndefined();
  expect(technologyToggled(third, 'dlss', 'having').after).toBeUndefined();
  expect(changed(third, { sort: 'name' }).after).toBeUndefined();
  expect(changed(third, { before: 'y' }).before).toBe('y');
});

test('a filter says what the address says, and nothing else', () => {
  expect(filterOf(EVERYTHING)).toEqual({});
  const all =
    '/?brand=asus&chip=geforce-rtx-4070&maker=nvidia&output=hdmi&output=usb-c&stock=in-stock&shop=netvideo&with=dlss&without=fsr&memory=12-&price=300-600';
  expect(filterOf(read(all))).toEqual({
    brands: ['asus'],
    gpus: ['geforce-rtx-4070'],
    chipMakers: ['NVIDIA'],
    outputs: { allOf: ['hdmi', 'usb-c'] },
    availability: ['IN_STOCK'],
    shops: ['netvideo'],
    technologies: { allOf: ['dlss'], noneOf: ['fsr'] },
    memoryGb: { min: 12 },
    price: { min: '300', max: '600' },
  });
  expect(conditions(read(all))).toBe(11);
});

test('a search is told by what fits best, everything else by price', () => {
  expect(sortOf(EVERYTHING)).toBe('cheapest');
  expect(sortOf({ ...EVERYTHING, search: '4070' })).toBe('relevance');
  expect(sortOf({ ...EVERYTHING, search: '4070', sort: 'name' })).toBe('name');
});
