// A card as it is seen from above, drawn to scale from its length and the slots it takes: which one is longer is seen,
// not read. Pictures of cards would have to come from other hosts.
import type { ChipMaker } from '../../generated/graphql';
import type { Size } from './size';

// The longest that is drawn, and a slot, in millimetres.
const LONGEST = 350;
const SLOT = 20.32;
const THICKEST = 92;
const BRACKET = 4;
// A card whose size nobody tells is drawn dashed, as if it was a usual one.
const USUAL = { length: 260, slots: 2 };

interface Props {
  readonly size: Size;
  readonly maker: ChipMaker | undefined;
}

export function Drawing({ size, maker }: Props) {
  const length = Math.min(size.lengthMm ?? USUAL.length, LONGEST);
  const thickness = Math.min((size.slotWidth ?? USUAL.slots) * SLOT, THICKEST);
  const known = size.lengthMm !== null;
  const top = (THICKEST - thickness) / 2;
  // From the back: board, fins, shroud over the fans.
  const fins = thickness * 0.5;
  return (
    <svg
      class="drawing"
      viewBox={`-2 -2 ${LONGEST + 4} ${THICKEST + 4}`}
      data-maker={maker}
      data-known={known}
      aria-hidden="true"
    >
      <rect class="drawing-board" x={BRACKET} y={top} width={length - BRACKET} height="3" />
      <line
        class="drawing-fins"
        x1={BRACKET + 8}
        x2={length - 4}
        y1={top + 5 + fins / 2}
        y2={top + 5 + fins / 2}
        stroke-width={fins}
      />
      <rect
        class="drawing-shroud"
        x={BRACKET + 4}
        y={known ? top + fins + 7 : top}
        width={length - BRACKET - 4}
        height={known ? thickness - fins - 7 : thickness}
        rx="4"
      />
      <rect class="drawing-bracket" x="0" y={top - 2} width={BRACKET} height={thickness + 4} rx="1" />
    </svg>
  );
}
