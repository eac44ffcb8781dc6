import { expect, test } from 'vitest';
import type { SheetFragment } from '../generated/graphql';
import { linesOf } from '../src/card/fields';
import { en } from '../src/language/en';
import { ru } from '../src/language/ru';

const shop = (name: string) => ({ id: name, name });
const said = (field: string, name: string, value: string, chosen: boolean, conflict: boolean) => ({
  field,
  shop: shop(name),
  value,
  chosen,
  conflict,
  observedAt: '2026-11-24T12:00:00Z',
});

const card = {
  brand: { id: 'b', name: 'ASUS' },
  gpu: null,
  specs: {
    memoryGb: 12,
    memoryType: 'GDDR6X',
    memoryBusBits: null,
    memoryBandwidthGbps: null,
    baseClockMhz: null,
    boostClockMhz: null,
    streamProcessors: 7168,
    boardPowerWatts: null,
    recommendedPsuWatts: null,
    lengthMm: null,
    slotWidth: 2.5,
    processNm: null,
    releasedOn: '2024-01-17',
  },
  interfaces: {
    bus: 'PCIe',
    busVersion: '4.0',
    busLanes: 16,
    outputs: [
      { kind: 'displayport', version: '1.4a', count: 3 },
      { kind: 'hdmi', version: null, count: 1 },
    ],
    powerConnectors: [],
  },
  sources: [
    said('specs.memoryGb', 'NetVideo', '12 GB', true, true),
    said('specs.memoryGb', 'CountryLink', '10 GB', false, true),
    said('brand', 'NetVideo', 'ASUS', true, false),
    said('brand', 'CountryLink', 'Asus', true, false),
  ],
} as unknown as SheetFragment;

test('each line has the shops whose word it is, and what another says', () => {
  const lines = new Map(linesOf(card, en, 'en').map((line) => [line.field, line]));
  expect(lines.get('specs.memoryGb')).toEqual({
    field: 'specs.memoryGb',
    label: 'Memory',
    value: '12\u00a0GB',
    sources: ['NetVideo'],
    conflicts: [{ shop: 'CountryLink', value: '10 GB' }],
  });
  expect(lines.get('brand')).toMatchObject({ sources: ['NetVideo', 'CountryLink'], conflicts: [] });
});

test('what nobody tells has no line', () => {
  expect(linesOf(card, en, 'en').map(({ field }) => field)).toEqual([
    'brand',
    'specs.memoryGb',
    'specs.memoryType',
    'specs.streamProcessors',
    'specs.slotWidth',
    'interfaces.bus',
    'interfaces.outputs',
    'specs.releasedOn',
  ]);
});

test.each([
  ['en', en, ['7,168', '2.5 slots', 'PCIe 4.0 x16', '3 × DisplayPort 1.4a, 1 × HDMI', 'January 17, 2024']],
  ['ru', ru, ['7\u00a0168', '2,5 слота', 'PCIe 4.0 x16', '3 × DisplayPort 1.4a, 1 × HDMI', '17 января 2024 г.']],
] as const)('values are written as in %s', (language, words, expected) => {
  const values = linesOf(card, words, language).map(({ value }) => value);
  expect(values.slice(3)).toEqual(expected);
});
