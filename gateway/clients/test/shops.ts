// The mock shops, in which a test makes a card cheaper and waits for what is told of it.
import assert from 'node:assert/strict';
import { url } from './gateway.js';

// Set by gateway/tests/clients.rs; by hand, the shops that the gateway's collector reads.
const shops = process.env['SHOPS_URL'] ?? 'http://127.0.0.1:8080';
// A change that was made before the subscription began isn't told, so changes are made until one is.
const LOWER_EVERY_MS = 2000;
const DEAREST = `{
  videoCards(first: 20, sort: PRICE_DESC, filter: { availability: [IN_STOCK] }) {
    nodes { id bestOffer { url shop { slug } price { minorUnits } } }
  }
}`;

interface Dear {
  id: string;
  bestOffer: { url: string; shop: { slug: string }; price: { minorUnits: number } };
}

// A card whose best offer becomes cheaper by a cent each time.
export class FallingCard {
  private constructor(readonly id: string, private readonly listing: string, private price: number) {}

  // Each test has a `place` of its own, 0 to 19, and so a card that no other test changes.
  static async at(place: number): Promise<FallingCard> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: DEAREST }) });
    const { data } = (await response.json()) as { data: { videoCards: { nodes: Dear[] } } };
    const card = data.videoCards.nodes[place];
    assert.ok(card, 'there are dear cards in stock');
    const { shop, price, url: page } = card.bestOffer;
    return new FallingCard(card.id, `${shops}/_mock/listings/${shop.slug}/${page.split('/').at(-1)}`, price.minorUnits);
  }

  // Makes it cheaper until what is waited for has come.
  async fallsUntil<T>(told: Promise<T>): Promise<T> {
    const falling = setInterval(() => void this.fall(), LOWER_EVERY_MS);
    try {
      await this.fall();
      return await told;
    } finally {
      clearInterval(falling);
    }
  }

  private async fall(): Promise<void> {
    this.price -= 1;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ price_minor: this.price });
    const response = await fetch(this.listing, { method: 'PATCH', headers, body });
    assert.equal(response.status, 200);
  }
}
