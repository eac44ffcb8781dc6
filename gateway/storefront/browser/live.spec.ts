import { dearestOf, expect, fallsSilent, listingOf, lower, names, order, rows, speaks, test } from './shopper';

test('a price that falls in a shop falls on the list, on the card’s page and in a comparison, without a reload', async ({
  page,
  context,
}) => {
  const listing = await listingOf('netvideo');
  const told: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => told.push(`${payload}`)));
  await page.goto(dearestOf('netvideo'));
  const row = (await rows(page)).and(page.locator(`[data-card="${listing.card}"]`));
  const other = await context.newPage();
  await other.goto(`/cards/${listing.card}`);
  const offer = other.locator('.offer');
  await expect(offer).toHaveCount(1);
  await expect(page.getByText('Live prices')).toBeVisible();
  const beside = (await rows(page)).and(page.locator(`:not([data-card="${listing.card}"])`)).first();
  const comparison = await context.newPage();
  const live = comparison.waitForEvent('websocket').then((socket) => socket.waitForEvent('framesent'));
  await comparison.goto(`/compare?card=${listing.card}&card=${await beside.getAttribute('data-card')}`);
  const head = comparison.getByRole('columnheader').first();
  await expect(head).toContainText('NetVideo');
  await live;
  const price = await lower(listing, 10_00);
  await expect(row.locator('.price-amount')).toHaveText(price);
  await expect(row.locator('.mark-fell')).toBeVisible();
  // Nobody had to ask for it.
  expect(told.some((message) => message.includes('"next"') && message.includes(listing.card))).toBe(true);
  await expect(offer.locator('.offer-amount')).toHaveText(price);
  await expect(offer.locator('.mark-fell')).toBeVisible();
  await expect(head.locator('.price-amount')).toHaveText(price);
  await expect(head.locator('.mark-fell')).toBeVisible();
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
  const listing = await listingOf('netvideo');
  await page.goto(`/cards/${listing.card}`);
  const amount = page.locator('.offer-amount');
  await expect(amount).toBeVisible();
  const restarted = order('restart');
  const price = await lower(listing, 15_00);
  await restarted;
  await expect(amount).toHaveText(price);
  await page.goto(dearestOf('netvideo'));
  await expect(
    (await rows(page)).and(page.locator(`[data-card="${listing.card}"]`)).locator('.price-amount'),
  ).toHaveText(price);
});

test('while Postgres is away, what was seen is shown as it was, the rest says so, and both come back', async ({
  page,
  context,
}) => {
  await page.goto('/?sort=name');
  const found = await names(page);
  await order('postgres/away');
  const older = page.getByText(/^The catalogue is away for a moment/);
  // Until the gateway has noticed, its answers are those of a moment ago.
  await expect(async () => {
    await page.reload();
    await expect(older).toBeVisible({ timeout: 1_000 });
  }).toPass();
  expect(await names(page)).toEqual(found);

  const unseen = await context.newPage();
  const answered: number[] = [];
  const asked: number[] = [];
  const isOfList = (url: string) => decodeURIComponent(url).includes('"first":');
  unseen.on('request', (request) => isOfList(request.url()) && asked.push(Date.now()));
  unseen.on('response', (response) => {
    if (!isOfList(response.url())) return;
    expect([response.status(), response.headers()['retry-after']]).toEqual([503, '1']);
    answered.push(Date.now());
  });
  await unseen.goto('/?with=vulkan&sort=memory');
  const alert = unseen.getByRole('alert');
  await expect(alert).toContainText('The catalogue doesn’t answer');
  // It asks again by itself, not before it may, and at once for who can't wait.
  await expect.poll(() => asked.length).toBeGreaterThan(1);
  expect(asked[1]).toBeGreaterThanOrEqual((answered[0] ?? Infinity) + 1_000);
  const before = asked.length;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => asked.length, { timeout: 1_000 }).toBeGreaterThan(before);
  unseen.removeAllListeners('response');

  await order('postgres/back');
  await expect(older).toBeHidden();
  await expect(alert).toBeHidden();
  await expect(await rows(unseen)).toHaveCount(24);
  // The collector was without it too.
  await expect(unseen.getByText(/hasn’t answered since/)).toHaveCount(0);
});
