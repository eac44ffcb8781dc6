// English. Every other language has the same entries.
export const en = {
  title: 'Video cards',
  skip: 'Skip to the content',
  loading: 'Loading…',

  search: 'Search',
  searchHint: 'Brand, chip or part number',
  suggestions: 'Suggestions',
  quoted: (text: string) => `“${text}”`,

  theme: { auto: 'Theme: as the system has it', light: 'Theme: light', dark: 'Theme: dark' },
  language: 'Language',

  cards: { one: '# card', other: '# cards' },
  sort: 'Sort',
  sorts: {
    relevance: 'Best match',
    cheapest: 'Cheapest first',
    dearest: 'Dearest first',
    fallen: 'Biggest price drops',
    memory: 'Most memory',
    newest: 'Newest releases',
    changed: 'Changed last',
    name: 'By name',
  },

  filters: 'Filters',
  filtersWith: (count: number) => `Filters (${count})`,
  close: 'Close',
  showCards: { one: 'Show # card', other: 'Show # cards' },
  clearAll: 'Clear all',
  without: (what: string) => `without ${what}`,
  remove: (what: string) => `Remove: ${what}`,
  price: 'Price',
  cheapestPrice: 'Lowest price',
  dearestPrice: 'Highest price',
  priceBetween: (min: string, max: string) => `${min} – ${max}`,
  from: (value: string) => `from ${value}`,
  upTo: (value: string) => `up to ${value}`,
  atLeast: 'At least',
  atMost: 'At most',
  any: 'Any',
  having: (what: string) => `With ${what}`,
  lacking: (what: string) => `Without ${what}`,
  facets: {
    technologies: 'Technologies',
    outputs: 'Outputs',
    brands: 'Brand',
    gpus: 'Chip',
    chipMakers: 'Chip maker',
    memoryGb: 'Memory',
    availability: 'Availability',
    shops: 'Shop',
  } as Readonly<Record<string, string>>,

  availability: {
    IN_STOCK: 'In stock',
    PREORDER: 'Preorder',
    ON_ORDER: 'On order',
    OUT_OF_STOCK: 'Out of stock',
    DISCONTINUED: 'Discontinued',
    UNKNOWN: 'Ask the shop',
  },
  chipMakers: { NVIDIA: 'NVIDIA', AMD: 'AMD', INTEL: 'Intel', OTHER: 'Other' } as Readonly<Record<string, string>>,

  page: 'Pages',
  first: 'First page',
  previous: 'Previous',
  next: 'Next',
  nothing: 'Nothing fits',
  nothingHint: 'No card meets all of these conditions. Take one away, or begin anew.',
  nothingHere: 'There is nothing on this page any more',
  nothingHereHint: 'Prices have moved since this link was made.',

  live: 'Live prices',
  notLive: 'Reconnecting…',
  was: (price: string) => `was ${price}`,
  fell: 'Price fell',
  rose: 'Price rose',
  noOffer: 'Not on sale',
  noOfferHint: 'No shop has it at the moment.',
  stale: 'May be out of date',

  compare: 'Compare',
  compareOne: (name: string) => `Compare ${name}`,
  compareHint: 'Pick two to eight cards from the list.',
  compareFull: 'Eight cards at the most can be compared.',
  emptyTray: 'Nothing to compare yet',
  emptyTrayHint: 'Tick “Compare” on two to eight cards, and they stand here side by side.',
  onlyDifferences: 'Only differences',
  differs: 'differs',
  toList: 'All cards',

  notFound: 'There is no such card',
  notFoundHint: 'It may be that no shop sells it any more, or that the link was cut short.',
  nowhere: 'There is no such page',
  offline: 'The catalogue doesn’t answer',
  offlineHint: 'We keep trying. What you see appears by itself as soon as it is back.',
  failed: 'This didn’t work',
  tryAgain: 'Try again',
  asOf: (when: string) => `The catalogue is away for a moment. Prices are as they were ${when}.`,
  shopAway: (shop: string, since: string) => `${shop} hasn’t answered since ${since}. Its prices may be out of date.`,
  shopSilent: (shop: string) => `${shop} doesn’t answer. Its prices may be out of date.`,

  bestPrice: 'Best price',
  toShop: (shop: string) => `Go to ${shop}`,
  offers: 'Offers',
  checked: 'Checked',
  specifications: 'Specifications',
  source: 'Source',
  saysOtherwise: 'The shops disagree',
  conflict: (shop: string, value: string) => `${shop} says ${value}`,
  technologies: 'Technologies',
  codes: 'Part numbers and barcodes',
  mpns: 'Part numbers',
  gtins: 'Barcodes',
  whyOne: 'Why these offers are one card',
  matches: {
    SINGLE_LISTING: 'Only one listing is known.',
    GTIN: 'The listings share a barcode.',
    MPN: 'The listings share a part number.',
    TITLE: 'The listings’ titles say so.',
    OVERRIDE: 'A person decided it.',
  },
  sure: (percent: string) => `${percent} sure`,
  gone: 'No shop sells this card any more',
  goneHint: 'It left the catalogue while you were looking at it.',
  size: 'Size, to scale',
  unknownSize: 'No shop tells its size',
  slots: { one: '# slot', other: '# slots' },

  history: 'Price history',
  days: { one: '# day', other: '# days' },
  span: 'Time span',
  low: 'Lowest',
  high: 'Highest',
  allTimeLow: 'It has never been cheaper here.',
  noHistory: 'There is no history yet.',
  neverForSale: 'No shop has had it for sale in that time.',
  goneOffer: 'not listed any more',
  changes: 'All changes as a table',
  when: 'When',
  shop: 'Shop',

  fields: {
    bestOffer: 'Best price',
    brand: 'Brand',
    gpu: 'Chip',
    'gpu.architecture': 'Architecture',
    'specs.memoryGb': 'Memory',
    'specs.memoryType': 'Memory type',
    'specs.memoryBusBits': 'Memory bus',
    'specs.memoryBandwidthGbps': 'Memory bandwidth',
    'specs.baseClockMhz': 'Base clock',
    'specs.boostClockMhz': 'Boost clock',
    'specs.streamProcessors': 'Stream processors',
    'specs.boardPowerWatts': 'Board power',
    'specs.recommendedPsuWatts': 'Recommended power supply',
    'specs.lengthMm': 'Length',
    'specs.slotWidth': 'Width',
    'specs.processNm': 'Process',
    'specs.releasedOn': 'Released',
    'interfaces.bus': 'Bus',
    'interfaces.outputs': 'Outputs',
    'interfaces.powerConnectors': 'Power connectors',
    technologies: 'Technologies',
  } as Readonly<Record<string, string>>,

  units: { gb: 'GB', gbps: 'GB/s', mhz: 'MHz', bit: 'bit', mm: 'mm', nm: 'nm', watt: 'W' },

  foot: 'Prices come from the shops by themselves and may change at any moment.',
};

type Texts<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => string
    ? (...args: A) => string
    : T[K] extends string
      ? string
      : T[K] extends Readonly<Record<string, string>>
        ? string extends keyof T[K]
          ? T[K]
          : Record<keyof T[K], string>
        : never;
};
// What the pages say.
export type Words = Omit<Texts<typeof en>, Counted> & Record<Counted, Plural>;
type Counted = 'cards' | 'showCards' | 'slots' | 'days';
// By the language's own kinds of numbers; `#` is the number.
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };
