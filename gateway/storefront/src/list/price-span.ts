// The slider's numbers. Pure.
import type { Span } from '../address/wanted';

// What a thumb moves by, in whole units of the currency.
export const STEP = 10;

// The slider's ends: whole steps around what the cards cost.
export function borders(min: number, max: number): readonly [number, number] {
  return [Math.floor(min / STEP) * STEP, Math.ceil(max / STEP) * STEP];
}

// What the thumbs ask for. A thumb at its end asks for nothing: what becomes dearer tomorrow belongs to it too.
export function spanOf([from, to]: readonly [number, number], [low, high]: readonly [number, number]): Span {
  return { ...(from > low && { min: from }), ...(to < high && { max: to }) };
}
