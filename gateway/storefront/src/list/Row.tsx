// A card in the list.
import type { TileFragment } from '../../generated/graphql';
import { cardAddress } from '../address/route';
import { CompareChoice } from '../compare/CompareChoice';
import { quantity } from '../format';
import { locale, words } from '../language';
import { Drawing } from '../parts/Drawing';
import { Price } from '../parts/Price';
import { sizeInWords } from '../parts/size';

export function Row({ card, moved }: { readonly card: TileFragment; readonly moved: boolean }) {
  return (
    <li class="row" data-card={card.id}>
      <Drawing size={card.specs} maker={card.gpu?.maker} />
      <div class="row-what">
        <h2>
          <a href={cardAddress(card.id)}>{card.name}</a>
        </h2>
        <p class="row-specs">{specsInWords(card)}</p>
      </div>
      <Price offer={card.bestOffer} moved={moved} />
      <CompareChoice id={card.id} name={card.name} />
    </li>
  );
}

function specsInWords({ specs }: TileFragment): string {
  const say = words.value;
  const { units } = say;
  const memory = specs.memoryGb === null ? null : quantity(specs.memoryGb, units.gb, locale.value);
  const parts = [
    [memory, specs.memoryType].filter(Boolean).join(' '),
    specs.boardPowerWatts !== null && quantity(specs.boardPowerWatts, units.watt, locale.value),
    sizeInWords(specs, say, locale.value),
  ];
  return parts.filter(Boolean).join(' · ') || '—';
}

// Where a row will be.
export function RowInWaiting() {
  return (
    <li class="row row-waiting">
      <span class="bone bone-drawing" />
      <div class="row-what">
        <span class="bone bone-name" />
        <span class="bone bone-specs" />
      </div>
      <div class="price">
        <span class="bone bone-price" />
        <span class="bone bone-where" />
      </div>
      <span class="bone bone-choice" />
    </li>
  );
}
