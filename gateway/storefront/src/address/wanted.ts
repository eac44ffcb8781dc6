// What a shopper wants to see, as it stands in the address: `/?q=4070&brand=asus&memory=12-16&with=dlss`. The address
// is the only state of the list: a reload, a bookmark and a shared link show the same. Pure.
import { Availability, ChipMaker, type VideoCardFilter, type VideoCardSort } from '../../generated/graphql';

// The facets by which a choice among values can be made, and what they are called in the address.
export const CHOICES = {
  brands: 'brand',
  gpus: 'chip',
  chipMakers: 'maker',
  outputs: 'output',
  availability: 'stock',
  shops: 'shop',
} as const;
export type Choice = keyof typeof CHOICES;

// The orders of the list, as the address calls them. A search has an order of its own unless another one is chosen.
export const SORTS = {
  relevance: 'RELEVANCE',
  cheapest: 'PRICE_ASC',
  dearest: 'PRICE_DESC',
  fallen: 'DISCOUNT_DESC',
  memory: 'MEMORY_DESC',
  newest: 'RELEASED_DESC',
  changed: 'UPDATED_DESC',
  name: 'NAME_ASC',
} as const satisfies Record<string, VideoCardSort>;
export type Sort = keyof typeof SORTS;

// Both ends included; an end that is not given is open.
export interface Span {
  readonly min?: number;
  readonly max?: number;
}

export interface Wanted {
  readonly search: string;
  readonly choices: Readonly<Record<Choice, readonly string[]>>;
  // Technologies that a card must have, and those that it must not have, by code.
  readonly having: readonly string[];
  readonly lacking: readonly string[];
  readonly memoryGb: Span;
  // In whole units of the base currency.
  readonly price: Span;
  // Undefined: the order that fits best.
  readonly sort: Sort | undefined;
  // Where the page begins or ends; without either it is the first one.
  readonly after: string | undefined;
  readonly before: string | undefined;
}

export const PAGE_SIZE = 24;

const EMPTY = Object.keys(CHOICES).map((choice): [string, string[]] => [choice, []]);
// Everything, from the beginning.
export const EVERYTHING: Wanted = {
  search: '',
  choices: Object.fromEntries(EMPTY) as unknown as Wanted['choices'],
  having: [],
  lacking: [],
  memoryGb: {},
  price: {},
  sort: undefined,
  after: undefined,
  before: undefined,
};

const AVAILABILITIES: readonly string[] = Object.values(Availability);
const CHIP_MAKERS: readonly string[] = Object.values(ChipMaker);

// Reads an address. What it can't mean is left out: people cut links, and old links outlive what they named.
export function readWanted(query: URLSearchParams): Wanted {
  const one = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const many = (name: string): string[] =>
    [...new Set(query.getAll(name).map((value) => value.trim()))].filter(Boolean);
  const choices = Object.fromEntries(
    Object.entries(CHOICES).map(([choice, name]) => [
      choice,
      many(name).map((word) => fromWord(choice as Choice, word)),
    ]),
  ) as Record<Choice, string[]>;
  choices.availability = choices.availability.filter((value) => AVAILABILITIES.includes(value));
  choices.chipMakers = choices.chipMakers.filter((value) => CHIP_MAKERS.includes(value));
  const having = many('with');
  const sort = one('sort');
  const after = one('after');
  return {
    search: one('q') ?? '',
    choices,
    having,
    lacking: many('without').filter((code) => !having.includes(code)),
    memoryGb: readSpan(one('memory')),
    price: readSpan(one('price')),
    sort: sort !== undefined && Object.hasOwn(SORTS, sort) ? (sort as Sort) : undefined,
    after,
    before: after === undefined ? one('before') : undefined,
  };
}

// The address of a list, `/` for everything. What is not asked for is not in it.
export function listAddress(wanted: Wanted): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | undefined) => value && query.append(name, value);
  put('q', wanted.search);
  for (const [choice, name] of Object.entries(CHOICES)) {
    for (const value of wanted.choices[choice as Choice]) put(name, toWord(choice as Choice, value));
  }
  for (const code of wanted.having) put('with', code);
  for (const code of wanted.lacking) put('without', code);
  put('memory', writeSpan(wanted.memoryGb));
  put('price', writeSpan(wanted.price));
  put('sort', wanted.sort);
  put('after', wanted.after);
  put('before', wanted.before);
  return query.size > 0 ? `/?${query}` : '/';
}

// The same list with something changed, from its first page on.
export function changed(wanted: Wanted, change: Partial<Wanted>): Wanted {
  return { ...wanted, after: undefined, before: undefined, ...change };
}

// With a value of a facet chosen, or not any more.
export function toggled(wanted: Wanted, choice: Choice, value: string): Wanted {
  const choices = { ...wanted.choices, [choice]: withOrWithout(wanted.choices[choice], value) };
  return changed(wanted, { choices });
}

// With a technology asked for, refused, or neither any more.
export function technologyToggled(wanted: Wanted, code: string, how: 'having' | 'lacking'): Wanted {
  const other = how === 'having' ? 'lacking' : 'having';
  return changed(wanted, {
    [how]: withOrWithout(wanted[how], code),
    [other]: wanted[other].filter((one) => one !== code),
  });
}

function withOrWithout(values: readonly string[], value: string): string[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

// How many conditions narrow the list, a search aside.
export function conditions(wanted: Wanted): number {
  const choices = Object.values(wanted.choices).reduce((sum, values) => sum + values.length, 0);
  const spans = [wanted.memoryGb, wanted.price].filter((span) => span.min !== undefined || span.max !== undefined);
  return choices + wanted.having.length + wanted.lacking.length + spans.length;
}

// What the API calls the same.
export function filterOf({ choices, having, lacking, memoryGb, price }: Wanted): VideoCardFilter {
  const filter: VideoCardFilter = {};
  if (choices.brands.length > 0) filter.brands = [...choices.brands];
  if (choices.gpus.length > 0) filter.gpus = [...choices.gpus];
  if (choices.chipMakers.length > 0) filter.chipMakers = choices.chipMakers as ChipMaker[];
  if (choices.shops.length > 0) filter.shops = [...choices.shops];
  if (choices.availability.length > 0) filter.availability = choices.availability as Availability[];
  // Who asks for two kinds of outputs has two screens.
  if (choices.outputs.length > 0) filter.outputs = { allOf: [...choices.outputs] };
  if (having.length > 0 || lacking.length > 0) {
    filter.technologies = {
      ...(having.length > 0 && { allOf: [...having] }),
      ...(lacking.length > 0 && { noneOf: [...lacking] }),
    };
  }
  if (memoryGb.min !== undefined || memoryGb.max !== undefined) filter.memoryGb = { ...memoryGb };
  if (price.min !== undefined || price.max !== undefined) {
    filter.price = {
      ...(price.min !== undefined && { min: `${price.min}` as const }),
      ...(price.max !== undefined && { max: `${price.max}` as const }),
    };
  }
  return filter;
}

// The order in which the list is asked for.
export function sortOf({ sort, search }: Wanted): Sort {
  return sort ?? (search === '' ? 'cheapest' : 'relevance');
}

// Enumerations are words in capitals for the API, and quiet in the address.
function toWord(choice: Choice, value: string): string {
  return isEnumeration(choice) ? value.toLowerCase().replaceAll('_', '-') : value;
}

function fromWord(choice: Choice, word: string): string {
  return isEnumeration(choice) ? word.toUpperCase().replaceAll('-', '_') : word;
}

function isEnumeration(choice: Choice): boolean {
  return choice === 'availability' || choice === 'chipMakers';
}

// `12-16`, `12-`, `-16`; one number alone is both ends.
function readSpan(text: string | undefined): Span {
  const [, min, dash, max] = /^(\d{0,6})(-?)(\d{0,6})$/.exec(text ?? '') ?? [];
  const [from, to] = [whole(min), dash ? whole(max) : whole(min)];
  if (from !== undefined && to !== undefined && from > to) return {};
  return { ...(from !== undefined && { min: from }), ...(to !== undefined && { max: to }) };
}

function whole(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}

function writeSpan({ min, max }: Span): string | undefined {
  if (min === undefined && max === undefined) return undefined;
  return min === max ? `${min}` : `${min ?? ''}-${max ?? ''}`;
}
