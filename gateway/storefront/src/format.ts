// Numbers, money, days and ages as people of a language write them. Pure: the language and the present come along.

export interface Money {
  readonly amount: `${number}`;
  readonly currency: string;
}

const kept = new Map<string, Intl.NumberFormat>();

function number(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let format = kept.get(key);
  if (!format) kept.set(key, (format = new Intl.NumberFormat(language, options)));
  return format;
}

// `$649.99`, `649,99 $`. The amount is never made a binary fraction.
export function money({ amount, currency }: Money, language: string): string {
  const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
  return number(language, options).format(amount);
}

// The same in whole units: `$650`; of a currency that isn't known, the number alone.
export function wholeMoney(amount: number, currency: string | undefined, language: string): string {
  if (currency === undefined) return number(language, { maximumFractionDigits: 0 }).format(amount);
  const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0 } as const;
  return number(language, options).format(amount);
}

// A plain number with its unit put behind it: `12 GB`.
export function quantity(value: number, unit: string, language: string): string {
  const digits = number(language, { maximumFractionDigits: 2 }).format(value);
  return unit ? `${digits}\u00a0${unit}` : digits;
}

// By how much a price is different, up or down: `3.1%`; null: the two can't be compared, or are equal.
export function difference(from: Money | null | undefined, to: Money, language: string): string | null {
  const part = partOf(from, to);
  if (part === null || part === 0) return null;
  const options = {
    style: 'percent',
    maximumFractionDigits: Math.abs(part) < 0.1 ? 1 : 0,
    signDisplay: 'never',
  } as const;
  return number(language, options).format(part);
}

// Whether a price fell or rose; null: neither, or nobody can say.
export function direction(from: Money | null | undefined, to: Money): 'fell' | 'rose' | null {
  const part = partOf(from, to);
  if (part === null || part === 0) return null;
  return part < 0 ? 'fell' : 'rose';
}

function partOf(from: Money | null | undefined, to: Money): number | null {
  if (!from || from.currency !== to.currency || Number(from.amount) === 0) return null;
  return Number(to.amount) / Number(from.amount) - 1;
}

// `17 January 2024`.
export function day(date: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));
}

// `24 Nov 2026, 14:46`.
export function moment(at: string | number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

const AGES = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

// `5 minutes ago`; what is younger than a minute is `now`, the language's word for it.
export function age(at: string, now: number, language: string): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of AGES) {
    if (seconds >= length) return format.format(-Math.floor(seconds / length), unit);
  }
  return format.format(0, 'second');
}
