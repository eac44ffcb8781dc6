import { expect, test } from 'vitest';
import { age, difference, direction, money, quantity, wholeMoney, type Money } from '../src/format';

const dollars = (amount: Money['amount']): Money => ({ amount, currency: 'USD' });
// Which kind of space a language puts before a sign is its own business.
const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, ' ') ?? null;

test.each([
  ['649.99', 'USD', 'en', '$649.99'],
  ['649.99', 'USD', 'ru', '649,99 $'],
  ['1234567.5', 'RUB', 'ru', '1 234 567,50 ₽'],
  ['80000', 'JPY', 'en', '¥80,000'],
  // More digits than a binary fraction has.
  ['12345678901234567.89', 'USD', 'en', '$12,345,678,901,234,567.89'],
] as const)('%s %s is written in %s as %s', (amount, currency, language, expected) => {
  expect(plain(money({ amount, currency }, language))).toBe(expected);
});

test('whole prices have no cents, and no sign where the currency isn’t known', () => {
  expect(wholeMoney(650, 'USD', 'en')).toBe('$650');
  expect(wholeMoney(1650, undefined, 'en')).toBe('1,650');
});

test.each([
  [dollars('100'), dollars('90'), 'fell', '10%'],
  [dollars('649.99'), dollars('629.99'), 'fell', '3.1%'],
  [dollars('100'), dollars('125'), 'rose', '25%'],
  [dollars('100'), dollars('100'), null, null],
  [{ amount: '100', currency: 'EUR' } as Money, dollars('90'), null, null],
  [dollars('0'), dollars('90'), null, null],
  [null, dollars('90'), null, null],
] as const)('from %o to %o a price %s', (from, to, way, told) => {
  expect(direction(from, to)).toBe(way);
  expect(difference(from, to, 'en')).toBe(told);
});

test.each([
  [5, 'en', 'now'],
  [59, 'ru', 'сейчас'],
  [60, 'en', '1 minute ago'],
  [2 * 3600, 'en', '2 hours ago'],
  [26 * 3600, 'en', 'yesterday'],
  [5 * 60, 'ru', '5 минут назад'],
  // A clock that is ahead.
  [-30, 'en', 'now'],
] as const)('what is %i s old is, in %s, %s', (seconds, language, expected) => {
  const now = Date.UTC(2026, 10, 24, 12);
  expect(age(new Date(now - seconds * 1000).toISOString(), now, language)).toBe(expected);
});

test('numbers have their units behind them', () => {
  expect(plain(quantity(12, 'GB', 'en'))).toBe('12 GB');
  expect(plain(quantity(504.2, 'ГБ/с', 'ru'))).toBe('504,2 ГБ/с');
  expect(quantity(7168, '', 'en')).toBe('7,168');
});
