import { expect, names, rows, test } from './shopper';

test('what is chosen narrows the list, stands in the address, and survives a reload', async ({ page }) => {
  await page.goto('/');
  const count = page.locator('.list-count');
  await expect(count).toHaveText(/^\d+ cards$/);
  const all = await count.innerText();
  const filters = page.getByRole('complementary', { name: 'Filters' });
  const asus = filters.getByRole('checkbox', { name: /^ASUS/ });
  const label = await filters.locator('.choice', { hasText: /^ASUS/ }).innerText();
  await asus.check();
  // The count beside the choice was right.
  await expect(count).toHaveText(`${label.split(/\s+/).at(-1)} cards`);
  expect(await count.innerText()).not.toBe(all);
  await filters.getByRole('button', { name: 'Without Ray Tracing' }).click();
  await expect(page).toHaveURL('/?brand=asus&without=ray-tracing');
  await filters.getByLabel('At least').selectOption({ index: 1 });
  await expect(page).toHaveURL(/memory=\d+-/);
  const found = await names(page);
  for (const name of found) expect(name).toContain('ASUS');
  await page.reload();
  await expect(asus).toBeChecked();
  expect(await names(page)).toEqual(found);
  await page.getByRole('link', { name: 'Remove: ASUS' }).click();
  await expect(asus).not.toBeChecked();
  await page.goBack();
  await expect(asus).toBeChecked();
});

test('the price slider asks for a range once it is let go', async ({ page }) => {
  await page.goto('/');
  const dearest = page.getByRole('slider', { name: 'Highest price' });
  await dearest.focus();
  for (let steps = 0; steps < 3; steps += 1) await dearest.press('PageDown');
  await expect(page).toHaveURL(/price=-\d+/);
  const most = Number(/price=-(\d+)/.exec(page.url())?.[1]);
  await page.getByLabel('Sort').selectOption('dearest');
  await expect(page).toHaveURL(/sort=dearest/);
  const price = await (await rows(page)).first().locator('.price-amount').innerText();
  expect(Number(price.replace(/[^\d.]/g, ''))).toBeLessThanOrEqual(most);
});

test('pages follow each other, and a shared address shows the same one', async ({ page, context }) => {
  await page.goto('/?sort=name');
  const first = await names(page);
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/after=/);
  const second = await names(page);
  expect(second.filter((name) => first.includes(name) && first.indexOf(name) !== first.length - 1)).toEqual([]);
  const other = await context.newPage();
  await other.goto(page.url());
  expect(await names(other)).toEqual(second);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page).toHaveURL(/before=/);
  expect(await names(page)).toEqual(first);
});

test('the search suggests cards while one types, by keyboard alone', async ({ page }) => {
  await page.goto('/');
  const search = page.getByRole('combobox', { name: 'Search' });
  await search.pressSequentially('rtx 40');
  const options = page.getByRole('option');
  await expect(options.first()).toContainText('RTX 40');
  await search.press('ArrowDown');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  const name = await options.first().locator('span').first().innerText();
  await search.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await search.fill('rtx 4070');
  await search.press('Enter');
  await expect(page).toHaveURL('/?q=rtx+4070');
  expect((await names(page))[0]).toContain('RTX 4070');
});

test('where nothing fits, there is a way out', async ({ page }) => {
  await page.goto('/?brand=nobody&price=1-2');
  await expect(page.getByRole('heading', { name: 'Nothing fits' })).toBeVisible();
  await page.locator('.notice').getByRole('link', { name: 'Clear all' }).click();
  await expect(page).toHaveURL('/');
  await expect(await rows(page)).toHaveCount(24);
  await page.goto('/?sort=name&after=cut-short');
  await page.locator('.notice').getByRole('link', { name: 'First page' }).click();
  await expect(page).toHaveURL('/?sort=name');
  await expect(await rows(page)).toHaveCount(24);
});

test('it speaks Russian where the browser does, and whatever is chosen afterwards', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: 'ru-RU', ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.locator('.list-count')).toHaveText(/видеокарт/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await page.getByRole('button', { name: 'English' }).click();
  await page.reload();
  await expect(page.locator('.list-count')).toHaveText(/cards$/);
  await context.close();
});
