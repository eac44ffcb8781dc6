// The values of a comparison, which the API tells in words of its own, in those of a language. Pure.
import { outputsInWords } from '../card/names';
import { day, quantity } from '../format';
import type { Words } from '../language/en';
import { slotsInWords } from '../parts/size';

export function valueInWords(field: string, value: string, say: Words, language: string): string {
  switch (field) {
    case 'specs.releasedOn':
      return day(value, language);
    case 'specs.slotWidth':
      return slotsInWords(Number(value), say, language);
    case 'interfaces.outputs':
      return outputsInWords(value);
    default:
      return measureInWords(value, say, language);
  }
}

// `504.2 GB/s` → `504,2 ГБ/с`; what is no measure stays as it is.
function measureInWords(value: string, { units }: Words, language: string): string {
  const [, number, unit] = /^([\d.]+)(?: (\S+))?$/.exec(value) ?? [];
  const known: Readonly<Record<string, string>> = {
    GB: units.gb,
    'GB/s': units.gbps,
    MHz: units.mhz,
    bit: units.bit,
    mm: units.mm,
    nm: units.nm,
    W: units.watt,
  };
  if (number === undefined || (unit !== undefined && known[unit] === undefined)) return value;
  return quantity(Number(number), unit === undefined ? '' : (known[unit] ?? unit), language);
}
