// What a card costs where, with a mark where that fell or rose.
import type { OfferTermsFragment } from '../../generated/graphql';
import { difference, direction, money } from '../format';
import { locale, words } from '../language';

interface Props {
  readonly offer: OfferTermsFragment | null;
  // Whether it changed while somebody looked: it catches the eye then.
  readonly moved?: boolean;
}

export function Price({ offer, moved = false }: Props) {
  const say = words.value;
  if (!offer) {
    return (
      <div class="price price-none">
        <span class="price-amount">{say.noOffer}</span>
      </div>
    );
  }
  const { price, previousPrice, stale, shop, availability } = offer;
  const way = direction(previousPrice, price);
  return (
    <div class="price" data-moved={moved ? way : undefined} data-stale={stale} key={moved ? price.amount : 'still'}>
      <span class="price-line">
        <span class="price-amount">{money(price, locale.value)}</span>
        <Mark {...offer} />
      </span>
      <span class="price-where">
        {shop.name} <i aria-hidden="true">·</i> <Availability of={availability} />
      </span>
      {stale && <Stale />}
    </div>
  );
}

// By how much the price fell or rose when it last changed.
export function Mark({ price, previousPrice }: Pick<OfferTermsFragment, 'price' | 'previousPrice'>) {
  const say = words.value;
  const way = direction(previousPrice, price);
  if (!way || !previousPrice) return null;
  return (
    <span class={`mark mark-${way}`} title={say.was(money(previousPrice, locale.value))}>
      <span class="quiet">
        {say[way]}: {say.was(money(previousPrice, locale.value))},{' '}
      </span>
      <span aria-hidden="true">{way === 'fell' ? '▼' : '▲'}</span> {difference(previousPrice, price, locale.value)}
    </span>
  );
}

export function Availability({ of }: { readonly of: OfferTermsFragment['availability'] }) {
  return <span class={`stock stock-${of.toLowerCase()}`}>{words.value.availability[of]}</span>;
}

export function Stale() {
  return <span class="badge badge-stale">{words.value.stale}</span>;
}
