// What a card costs where, cheapest first, and how old that is.
import type { SheetFragment } from '../../generated/graphql';
import { age, moment, money } from '../format';
import { locale, words } from '../language';
import { useNow } from '../parts/hooks';
import { Availability, Mark, Stale } from '../parts/Price';
import { ToShop } from './ToShop';

export function Offers({ offers }: { readonly offers: SheetFragment['offers'] }) {
  const say = words.value;
  const now = useNow();
  return (
    <section class="block" aria-labelledby="offers">
      <h2 id="offers">{say.offers}</h2>
      {offers.length === 0 && <p class="faint">{say.noOfferHint}</p>}
      <ul class="offers">
        {offers.map((offer) => (
          <li key={offer.id} class="offer" data-shop={offer.shop.slug} data-stale={offer.stale}>
            <div class="offer-shop">
              <strong>{offer.shop.name}</strong>
              <span class="faint offer-title">{offer.title}</span>
            </div>
            <div class="offer-price">
              <span class="price-line">
                <span class="offer-amount">{money(offer.price, locale.value)}</span>
                <Mark {...offer} />
              </span>
              <Availability of={offer.availability} />
            </div>
            <div class="offer-way">
              <div class="offer-age faint">
                <span title={moment(offer.observedAt, locale.value)}>
                  {say.checked}: {age(offer.observedAt, now, locale.value)}
                </span>
                {offer.stale && <Stale />}
              </div>
              <ToShop href={offer.url} shop={offer.shop.name} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
