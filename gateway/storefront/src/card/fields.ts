// The lines of a card's specifications: what each field says, and which shop says so. Pure.
import type { SheetFragment } from '../../generated/graphql';
import { day, quantity } from '../format';
import type { Words } from '../language/en';
import { slotsInWords } from '../parts/size';
import { outputName } from './names';

export interface Line {
  // The field, as the schema names it.
  readonly field: string;
  readonly label: string;
  readonly value: string;
  // The shops whose word it is.
  readonly sources: readonly string[];
  // What others say of it, where they really disagree.
  readonly conflicts: readonly { readonly shop: string; readonly value: string }[];
}

export function linesOf(card: SheetFragment, say: Words, language: string): Line[] {
  const { gpu, brand, specs, interfaces } = card;
  const { units } = say;
  const measured = (value: number | null, unit: string) => (value === null ? null : quantity(value, unit, language));
  const bus = [interfaces.bus, interfaces.busVersion, interfaces.busLanes && `x${interfaces.busLanes}`];
  const values: readonly (readonly [string, string | null | undefined])[] = [
    ['brand', brand?.name],
    ['gpu', gpu?.name],
    ['gpu.architecture', gpu?.architecture],
    ['specs.memoryGb', measured(specs.memoryGb, units.gb)],
    ['specs.memoryType', specs.memoryType],
    ['specs.memoryBusBits', measured(specs.memoryBusBits, units.bit)],
    ['specs.memoryBandwidthGbps', measured(specs.memoryBandwidthGbps, units.gbps)],
    ['specs.baseClockMhz', measured(specs.baseClockMhz, units.mhz)],
    ['specs.boostClockMhz', measured(specs.boostClockMhz, units.mhz)],
    ['specs.streamProcessors', measured(specs.streamProcessors, '')],
    ['specs.boardPowerWatts', measured(specs.boardPowerWatts, units.watt)],
    ['specs.recommendedPsuWatts', measured(specs.recommendedPsuWatts, units.watt)],
    ['interfaces.powerConnectors', listed(interfaces.powerConnectors, ({ kind }) => kind)],
    ['specs.lengthMm', measured(specs.lengthMm, units.mm)],
    ['specs.slotWidth', specs.slotWidth === null ? null : slotsInWords(specs.slotWidth, say, language)],
    ['interfaces.bus', bus.filter(Boolean).join(' ')],
    ['interfaces.outputs', listed(interfaces.outputs, ({ kind, version }) => outputName(kind, version))],
    ['specs.processNm', measured(specs.processNm, units.nm)],
    ['specs.releasedOn', specs.releasedOn && day(specs.releasedOn, language)],
  ];
  return values.flatMap(([field, value]) => (value ? [lineOf(card, field, value, say)] : []));
}

function lineOf({ sources }: SheetFragment, field: string, value: string, say: Words): Line {
  const said = sources.filter((source) => source.field === field);
  return {
    field,
    label: say.fields[field] ?? field,
    value,
    sources: [...new Set(said.filter(({ chosen }) => chosen).map(({ shop }) => shop.name))],
    conflicts: said
      .filter(({ chosen, conflict }) => conflict && !chosen)
      .map(({ shop, value }) => ({ shop: shop.name, value })),
  };
}

function listed<T extends { readonly count: number }>(things: readonly T[], name: (thing: T) => string): string {
  return things.map((thing) => `${thing.count} × ${name(thing)}`).join(', ');
}
