import { expect, test } from 'vitest';
import { failureOf, offline, pauseMs, readRetryAfter } from '../src/api/failure';

test.each([
  ['UNAVAILABLE', true],
  ['OVERLOADED', true],
  ['TIMEOUT', true],
  ['BAD_CURSOR', false],
  ['DOCUMENT_NOT_TRUSTED', false],
])('%s passes by itself: %s', (code, passing) => {
  expect(failureOf([{ message: 'm', extensions: { code } }])).toMatchObject({ code, passing, message: 'm' });
});

test('an error without a code, or none at all, is not tried again', () => {
  expect(failureOf([{ message: 'm' }])).toMatchObject({ code: 'UNKNOWN', passing: false });
  expect(failureOf([])).toMatchObject({ code: 'UNKNOWN', passing: false });
  expect(offline()).toMatchObject({ passing: true });
});

test('who is asked to wait waits, and longer each time', () => {
  expect(readRetryAfter('2')).toBe(2000);
  expect(readRetryAfter('Tue, 24 Nov 2026 12:00:00 GMT')).toBeUndefined();
  expect(readRetryAfter(null)).toBeUndefined();
  expect([0, 1, 2, 3, 4, 9].map((attempt) => pauseMs(attempt, 1))).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  expect(pauseMs(0, 0, 2000)).toBe(2500);
});
