import { expect, test } from 'vitest';
import { valueInWords } from '../src/compare/values';
import { en } from '../src/language/en';
import { ru } from '../src/language/ru';
import { sizeInWords } from '../src/parts/size';

const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, ' ');

test.each([
  ['specs.memoryBandwidthGbps', '504.2 GB/s', '504.2 GB/s', '504,2 ГБ/с'],
  ['specs.boostClockMhz', '2475 MHz', '2,475 MHz', '2 475 МГц'],
  ['specs.streamProcessors', '5888', '5,888', '5 888'],
  ['specs.slotWidth', '2', '2 slots', '2 слота'],
  ['specs.releasedOn', '2023-04-12', 'April 12, 2023', '12 апреля 2023 г.'],
  [
    'interfaces.outputs',
    '3 × displayport 1.4a, 1 × usb-c',
    '3 × DisplayPort 1.4a, 1 × USB-C',
    '3 × DisplayPort 1.4a, 1 × USB-C',
  ],
  ['interfaces.powerConnectors', '2 × 8-pin', '2 × 8-pin', '2 × 8-pin'],
  ['gpu', 'GeForce RTX 4070', 'GeForce RTX 4070', 'GeForce RTX 4070'],
])('%s %s is told in both languages', (field, value, english, russian) => {
  expect(plain(valueInWords(field, value, en, 'en'))).toBe(english);
  expect(plain(valueInWords(field, value, ru, 'ru'))).toBe(russian);
});

test('of a size that is half known the half is told', () => {
  expect(plain(sizeInWords({ lengthMm: 301, slotWidth: 2.5 }, en, 'en'))).toBe('301 mm · 2.5 slots');
  expect(plain(sizeInWords({ lengthMm: null, slotWidth: 1 }, en, 'en'))).toBe('1 slot');
  expect(sizeInWords({ lengthMm: null, slotWidth: null }, en, 'en')).toBeNull();
});
