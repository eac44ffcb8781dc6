// The playground in a real browser, which no request leaves for another host.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { playgroundUrl } from './gateway.js';
import { FallingCard } from './shops.js';

const PATIENCE = { timeout: 60_000 };
const LOOKED_AT_MS = 1_000;
// Set by gateway/tests/clients.rs.
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
// The browser itself asks nobody for anything.
const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

let browser: Browser;
let page: Page;
// What the page asked of other hosts.
const foreign: string[] = [];
const failures: string[] = [];

before(async () => {
  browser = await chromium.launch({ executablePath, args });
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  const own = new URL(playgroundUrl).host;
  await page.route('**/*', async (route) => {
    if (new URL(route.request().url()).host === own) return route.continue();
    foreign.push(route.request().url());
    return route.abort();
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== own) foreign.push(socket.url());
  });
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(message.text());
  });
  await page.goto(playgroundUrl);
  // Before that, tabs can't be changed.
  await editorShows('CardsByPriceAndTechnology');
}, PATIENCE);

after(() => browser.close());

async function editorShows(operation: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines', { hasText: operation }).waitFor();
}

async function run(tab: string): Promise<void> {
  await page.getByRole('tab', { name: tab }).click();
  await editorShows(tab);
  // The playground looks at a new text a tenth of a second later, and nothing on the page tells when it has: run before
  // that, a subscription would be taken for what the last tab had. No person is that quick.
  await page.waitForTimeout(LOOKED_AT_MS);
  await page.getByRole('button', { name: 'Execute query' }).click();
}

// Waits until the answer's editor shows this.
async function answerShows(text: string): Promise<void> {
  await page.locator('.graphiql-response .view-lines', { hasText: text }).waitFor();
}

test('the documentation explorer shows what a type is', PATIENCE, async () => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.getByRole('link', { name: 'VideoCard', exact: true }).first().click();
  await page.getByText('A video card: what all shops together say about one product.').waitFor();
});

test('a tab brings data', PATIENCE, async () => {
  await run('ShopHealth');
  await answerShows('"netvideo"');
});

test('a tab follows what happens', PATIENCE, async () => {
  const card = await FallingCard.at(3);
  await run('LiveChanges');
  await card.fallsUntil(answerShows('PRICE_CHANGED'));
});

test('nothing was asked of another host, and nothing failed in the page', () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(failures, []);
});
