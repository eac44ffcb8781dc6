// What every test of the storefront in a browser has: a page that asks no other host for anything, and shops whose
// prices can be changed.
import { test as base, expect, type Locator, type Page } from '@playwright/test';

const shopsUrl = process.env['SHOPS_URL'] ?? 'http://127.0.0.1:8080';
// A gateway that answers whatever is asked; the one that serves the page may answer the page's own documents alone.
const gatewayUrl = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8000';

// Restarts the gateway that serves the page, and takes Postgres away from it; by hand there is nobody who does.
const controlsUrl = process.env['CONTROLS_URL'] ?? '';

// A test fails if its page asked another host for something, broke its own policy, or threw.
export const test = base.extend({
  page: async ({ page, baseURL }, use) => {
    const own = new URL(baseURL ?? '').host;
    const wrong: string[] = [];
    await page.route(
      (url) => url.host !== own,
      (route) => {
        wrong.push(`asked ${route.request().url()}`);
        return route.abort();
      },
    );
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== own) wrong.push(`opened ${socket.url()}`);
    });
    page.on('pageerror', (error) => wrong.push(`${error}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) wrong.push(message.text());
    });
    await use(page);
    expect(wrong).toEqual([]);
  },
});
export { expect };

// The rows of the list, once they are those that were asked for.
export async function rows(page: Page): Promise<Locator> {
  await expect(page.locator('.rows')).toHaveAttribute('aria-busy', 'false');
  return page.locator('.row');
}

export async function names(page: Page): Promise<string[]> {
  return (await rows(page)).getByRole('heading').allInnerTexts();
}

// A card that one shop alone has, and the shop's own name for it.
export interface Listing {
  readonly card: string;
  readonly shop: string;
  readonly id: string;
  readonly priceMinor: number;
}

interface Found {
  readonly id: string;
  readonly sources: readonly { readonly conflict: boolean }[];
  readonly offers: readonly { readonly url: string; readonly price: { readonly minorUnits: number } }[];
}

interface ListPage {
  readonly nodes: readonly Found[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

// A page of the list, as the API has it.
async function listed(variables: { first: number; after?: string; filter?: object }): Promise<ListPage> {
  const query = `query($first: Int, $after: String, $filter: VideoCardFilter) {
    videoCards(first: $first, after: $after, filter: $filter, sort: PRICE_DESC) {
      nodes { id sources { conflict } offers { url price { minorUnits } } } pageInfo { hasNextPage endCursor } } }`;
  const response = await fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data } = (await response.json()) as { data: { videoCards: ListPage } };
  return data.videoCards;
}

export const dearestOf = (shop: string): string => `/?shop=${shop}&stock=in-stock&sort=dearest`;

// A card on the page at `dearestOf(shop)`.
export async function listingOf(shop: string): Promise<Listing> {
  const { nodes } = await listed({ first: 24, filter: { shops: [shop], availability: ['IN_STOCK'] } });
  const card = nodes.find(({ offers }) => offers.length === 1);
  const [offer] = card?.offers ?? [];
  if (!card || !offer) throw new Error(`${shop} has no card alone`);
  return { card: card.id, shop, id: offer.url.split('/').at(-1) ?? '', priceMinor: offer.price.minorUnits };
}

// A card of which two listings say different things.
export async function disputed(): Promise<string> {
  let after: string | undefined;
  for (;;) {
    const { nodes, pageInfo } = await listed({ first: 100, ...(after && { after }) });
    const card = nodes.find(({ sources }) => sources.some(({ conflict }) => conflict));
    if (card) return card.id;
    if (!pageInfo.hasNextPage) throw new Error('no card is disputed');
    after = pageInfo.endCursor;
  }
}

// Lowers what a shop asks, and tells the new price as the page writes it.
export async function lower({ shop, id, priceMinor }: Listing, byMinor: number): Promise<string> {
  const price = priceMinor - byMinor;
  await control('PATCH', `listings/${shop}/${id}`, { price_minor: price });
  return (price / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

// A shop answers nobody until `speaks`.
export async function fallsSilent(shop: string): Promise<void> {
  await control('PUT', 'faults', { shop, status: 500, probability: 1 });
}

export async function speaks(): Promise<void> {
  await control('DELETE', 'faults');
}

// Has a gateway restarted, or Postgres taken away or given back. Skips the test where nobody does that.
export async function order(what: 'restart' | 'postgres/away' | 'postgres/back'): Promise<void> {
  test.skip(controlsUrl === '', 'CONTROLS_URL names nobody who restarts the gateway');
  const response = await fetch(`${controlsUrl}/${what}`, { method: 'POST' });
  expect(response.ok, await response.text()).toBe(true);
}

async function control(method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${shopsUrl}/_mock/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.ok, await response.text()).toBe(true);
}
