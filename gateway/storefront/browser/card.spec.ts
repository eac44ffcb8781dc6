import { dearestOf, disputed, expect, names, rows, test } from './shopper';

test('a card’s page tells what it is, what it costs where, and what it cost when', async ({ page }) => {
  await page.goto(dearestOf('netvideo'));
  await (await rows(page)).first().getByRole('link').click();
  await expect(page).toHaveURL(/\/cards\/\w+/);
  await expect(page).toHaveTitle(/ – Video cards$/);
  await expect(page.locator('.offer').first()).toContainText('Checked: ');
  await expect(page.locator('.spec', { hasText: 'Memory type' })).toContainText('NetVideo');
  await expect(page.locator('.chart canvas')).toBeVisible();
  await page.getByText('All changes as a table').click();
  await expect(page.getByRole('table')).toContainText('NetVideo');
  await page.goBack();
  await expect(page).toHaveURL(/sort=dearest/);
});

test('where shops disagree, both are told', async ({ page }) => {
  await page.goto(`/cards/${await disputed()}`);
  const line = page.locator('.spec', { has: page.locator('.spec-conflict') }).first();
  await expect(line.locator('.spec-value')).toHaveText(/./);
  await expect(line.locator('.spec-conflict')).toContainText(/(NetVideo|CountryLink) says ./);
});

test('a card that isn’t there is said not to be', async ({ page }) => {
  await page.goto('/cards/VmlkZW9DYXJkOjk5OTk5OTk');
  await expect(page.getByRole('heading', { name: 'There is no such card' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'All cards' }).click();
  expect(await names(page)).toHaveLength(24);
});

test('cards are compared side by side, and one can be taken away', async ({ page }) => {
  await page.goto('/?sort=dearest');
  const found = await names(page);
  for (const place of [0, 1, 5]) await (await rows(page)).nth(place).getByRole('checkbox').check();
  await page
    .getByRole('banner')
    .getByRole('link', { name: /Compare/ })
    .click();
  await expect(page).toHaveURL(/\/compare\?card=\w+&card=\w+&card=\w+$/);
  const heads = page.getByRole('columnheader');
  await expect(heads).toHaveCount(3);
  for (const place of [0, 1, 5])
    await expect(heads.getByText(found[place] ?? '', { exact: true }).first()).toBeVisible();
  const lines = page.locator('tbody tr');
  const all = await lines.count();
  await page.getByLabel('Only differences').check();
  await expect(page.locator('tbody tr[data-differs=false]')).toHaveCount(0);
  expect(await lines.count()).toBeLessThan(all);
  await page.reload();
  await heads
    .last()
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(heads).toHaveCount(2);
  await expect(page).toHaveURL(/\/compare\?card=\w+&card=\w+$/);
});
