// How large a card is, in words. Pure.
import { quantity } from '../format';
import type { Words } from '../language/en';

export interface Size {
  readonly lengthMm: number | null;
  readonly slotWidth: number | null;
}

// `2.5 slots`
export function slotsInWords(width: number, { slots }: Words, language: string): string {
  const form = slots[new Intl.PluralRules(language).select(width)] ?? slots.other;
  return form.replace('#', quantity(width, '', language));
}

// `301 mm · 2.5 slots`; null: nobody tells.
export function sizeInWords({ lengthMm, slotWidth }: Size, say: Words, language: string): string | null {
  const parts = [
    lengthMm !== null && quantity(lengthMm, say.units.mm, language),
    slotWidth !== null && slotsInWords(slotWidth, say, language),
  ];
  return parts.filter(Boolean).join(' · ') || null;
}
