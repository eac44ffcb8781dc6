// Keeps the prices of the cards that a page shows beside each other as they are now.
import { useEffect, useState } from 'preact/hooks';
import { TileChangesDocument, type TileOfferFragment } from '../../generated/graphql';
import { follow } from '../api/follow';

interface Follower {
  // A card has other offers now.
  readonly told: (card: TileOfferFragment) => void;
  // Something may have been missed: only a new answer tells.
  readonly missed: () => void;
}

// Follows these cards, and tells which have changed meanwhile.
export function useLivePrices(cards: readonly { readonly id: string }[], { told, missed }: Follower): ReadonlySet<string> {
  const [moved, setMoved] = useState<ReadonlySet<string>>(new Set());
  // Whatever their order, which changes with the prices.
  const ids = cards.map((card) => card.id).sort().join(' ');
  useEffect(() => {
    setMoved(new Set());
    if (ids === '') return;
    return follow(TileChangesDocument, { ids: ids.split(' ') }, (told) => told.videoCardChanged.cursor, {
      told: ({ videoCardChanged: { kind, card } }) => {
        // Which card took this one over, only a new answer tells.
        if (kind === 'REMOVED') return missed();
        told(card);
        setMoved((moved) => new Set(moved).add(card.id));
      },
      missed,
    });
  }, [ids]);
  return moved;
}

// The same cards, one of them with the offers that it has now.
export function withOffer<T extends TileOfferFragment>(cards: readonly T[], { id, bestOffer }: TileOfferFragment): T[] {
  return cards.map((card) => (card.id === id ? { ...card, bestOffer } : card));
}
