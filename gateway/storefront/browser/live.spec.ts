import { dearestOf, expect, fallsSilent, listingOf, lower, rows, speaks, test } from './shopper';

test('a price that falls in a shop falls on the list and on the card’s page, without a reload', async ({
  page,
  context,
}) => {
  const listing = await listingOf('netvideo');
  await page.goto(dearestOf('netvideo'));
  const row = (await rows(page)).and(page.locator(`[data-card="${listing.card}"]`));
  const other = await context.newPage();
  await other.goto(`/cards/${listing.card}`);
  const offer = other.locator('.offer');
  await expect(offer).toHaveCount(1);
  await expect(page.getByText('Live prices')).toBeVisible();
  const price = await lower(listing, 10_00);
  await expect(row.locator('.price-amount')).toHaveText(price);
  await expect(row.locator('.mark-fell')).toBeVisible();
  await expect(offer.locator('.offer-amount')).toHaveText(price);
  await expect(offer.locator('.mark-fell')).toBeVisible();
});

test('the offers of a shop that falls silent are marked, until it speaks again', async ({ page }) => {
  const { card } = await listingOf('netvideo');
  await page.goto(`/cards/${card}`);
  const offer = page.locator('.offer');
  await expect(offer).toContainText('NetVideo');
  await expect(offer).not.toContainText('May be out of date');
  await fallsSilent('netvideo');
  await expect(page.getByText(/NetVideo hasn’t answered since/)).toBeVisible();
  await expect(offer).toContainText('May be out of date');
  await speaks();
  await expect(offer).not.toContainText('May be out of date');
  await expect(page.getByText(/NetVideo hasn’t answered since/)).toBeHidden();
});

test('while a gateway restarts the page stays, and goes on by itself afterwards', async ({ page }) => {
  const restart = process.env['RESTART_URL'] ?? '';
  test.skip(restart === '', 'RESTART_URL names nobody who restarts the gateway');
  const listing = await listingOf('netvideo');
  await page.goto(`/cards/${listing.card}`);
  const amount = page.locator('.offer-amount');
  await expect(amount).toBeVisible();
  const restarted = fetch(restart, { method: 'POST' });
  const price = await lower(listing, 15_00);
  expect((await restarted).ok).toBe(true);
  await expect(amount).toHaveText(price);
  await page.goto(dearestOf('netvideo'));
  await expect(
    (await rows(page)).and(page.locator(`[data-card="${listing.card}"]`)).locator('.price-amount'),
  ).toHaveText(price);
});
