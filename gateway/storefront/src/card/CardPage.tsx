// A card: what it is, what it costs where, what it cost when, and who says so.
import { useEffect, useState } from 'preact/hooks';
import { CardSheetDocument, SheetChangesDocument, type SheetFragment } from '../../generated/graphql';
import { go } from '../address/here';
import { cardAddress } from '../address/route';
import type { Failure } from '../api/failure';
import { follow } from '../api/follow';
import { useAnswer } from '../api/use-answer';
import { CompareChoice } from '../compare/CompareChoice';
import { locale, words } from '../language';
import { Drawing } from '../parts/Drawing';
import { useShopsChange, useTitle } from '../parts/hooks';
import { Doubts, Failed, Notice } from '../parts/Notice';
import { Price } from '../parts/Price';
import { sizeInWords } from '../parts/size';
import { Codes } from './Codes';
import { History } from './History';
import { Offers } from './Offers';
import { Specifications } from './Specifications';
import { Technologies } from './Technologies';
import { ToShop } from './ToShop';

export function CardPage({ id }: { readonly id: string }) {
  const say = words.value;
  const { data, asOf, failure, again, amend } = useAnswer(CardSheetDocument, { id });
  const [live, setLive] = useState({ changes: 0, gone: false });
  const card = data?.videoCard;
  useTitle(card?.name);
  useShopsChange(again);
  useEffect(() => {
    return follow(SheetChangesDocument, { id }, (told) => told.videoCardChanged.cursor, {
      told: ({ videoCardChanged: { kind, card } }) => {
        if (kind === 'REMOVED') {
          setLive(({ changes }) => ({ changes, gone: true }));
          return again();
        }
        amend(() => ({ videoCard: card }));
        setLive(({ changes }) => ({ changes: changes + 1, gone: false }));
      },
      missed: again,
    });
  }, [id]);
  // Another card took this one over: its address is the one to share.
  useEffect(() => {
    if (card && card.id !== id) go(cardAddress(card.id), { replace: true });
  }, [card?.id]);

  if (card) return <Sheet card={card} asOf={asOf} failure={failure} changes={live.changes} />;
  if (failure) return <Failed failure={failure} again={again} level={1} />;
  if (!data) return <SheetInWaiting />;
  return (
    <Notice level={1} heading={live.gone ? say.gone : say.notFound} hint={live.gone ? say.goneHint : say.notFoundHint}>
      <a class="button" href="/">
        {say.toList}
      </a>
    </Notice>
  );
}

interface SheetProps {
  readonly card: SheetFragment;
  readonly asOf: string | undefined;
  readonly failure: Failure | undefined;
  // How many changes were told while somebody looked.
  readonly changes: number;
}

function Sheet({ card, asOf, failure, changes }: SheetProps) {
  const say = words.value;
  const best = card.offers.find((offer) => offer.id === card.bestOffer?.id);
  return (
    <article class="sheet">
      <Doubts asOf={asOf} failure={failure} />
      <header class="sheet-head">
        <div class="sheet-what">
          <h1>{card.name}</h1>
          <p class="sheet-kind">
            {[card.brand?.name, card.gpu?.name, card.gpu?.architecture].filter(Boolean).join(' · ')}
          </p>
          <figure class="sheet-size">
            <Drawing size={card.specs} maker={card.gpu?.maker} />
            <figcaption>{sizeInWords(card.specs, say, locale.value) ?? say.unknownSize}</figcaption>
          </figure>
        </div>
        <div class="sheet-buy">
          <p class="sheet-best">{say.bestPrice}</p>
          <Price offer={card.bestOffer} moved={changes > 0} />
          {best ? <ToShop href={best.url} shop={best.shop.name} loud /> : <p>{say.noOfferHint}</p>}
          <CompareChoice id={card.id} name={card.name} />
        </div>
      </header>
      <div class="sheet-body">
        <Offers offers={card.offers} />
        <History card={card} changes={changes} />
        <Specifications card={card} />
        <Technologies card={card} />
        <Codes card={card} />
      </div>
    </article>
  );
}

function SheetInWaiting() {
  return (
    <article class="sheet waiting" aria-busy="true" aria-label={words.value.loading}>
      <header class="sheet-head">
        <div class="sheet-what">
          <h1>
            <span class="bone bone-title" />
          </h1>
          <span class="bone bone-figure" />
        </div>
        <div class="sheet-buy">
          <span class="bone bone-price" />
          <span class="bone bone-button" />
        </div>
      </header>
      <div class="sheet-body">
        <span class="bone bone-block" />
        <span class="bone bone-block" />
      </div>
    </article>
  );
}
