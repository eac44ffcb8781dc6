import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { disputed, expect, rows, test } from './shopper';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What axe finds wrong, a line each.
async function flaws(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { run } = (window as unknown as { axe: typeof import('axe-core') }).axe;
    const { violations } = await run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
    );
  });
}

// The address at which the first cards of the list stand beside each other.
async function comparisonOf(page: Page, count: number): Promise<string> {
  await page.goto('/?sort=dearest');
  const cards = await (await rows(page)).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-card') ?? ''));
  return `/compare?${new URLSearchParams(cards.slice(0, count).map((card) => ['card', card]))}`;
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any page, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('/?brand=asus&without=dlss');
    await rows(page);
    await expect(page.locator('.choices').first()).toBeVisible();
    expect(await flaws(page)).toEqual([]);
    for (const place of [0, 1]) await (await rows(page)).nth(place).getByRole('checkbox').check();
    await page
      .getByRole('banner')
      .getByRole('link', { name: /Compare/ })
      .click();
    await expect(page.getByRole('table')).toBeVisible();
    expect(await flaws(page)).toEqual([]);
    await page.goto(`/cards/${await disputed()}`);
    await expect(page.locator('.chart canvas')).toBeVisible();
    expect(await flaws(page)).toEqual([]);
    await page.goto('/cards/none');
    await expect(page.locator('.notice')).toBeVisible();
    expect(await flaws(page)).toEqual([]);
  });
}

test('on a phone the filters open over the list, nothing is wider than the screen, and no word is torn', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await page.goto('/');
  await rows(page);
  await page.getByRole('button', { name: 'Filters' }).click();
  const sheet = page.getByRole('dialog', { name: 'Filters' });
  await sheet.getByRole('checkbox', { name: /^ASUS/ }).check();
  await expect(page).toHaveURL(/brand=asus/);
  expect(await flaws(page)).toEqual([]);
  await sheet.getByRole('button', { name: /^Show \d+ cards$/ }).click();
  await expect(sheet).toBeHidden();
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await wide()).toBe(0);
  await (await rows(page)).first().getByRole('link').click();
  await expect(page.locator('.offer').first()).toBeVisible();
  expect(await wide()).toBe(0);
  await page.goto(await comparisonOf(page, 3));
  const label = page.getByText('Recommended power supply', { exact: true });
  await label.scrollIntoViewIfNeeded();
  await expect(label).toBeInViewport({ ratio: 1 });
  expect(await label.evaluate((label) => label.getClientRects().length)).toBe(1);
  expect(await wide()).toBe(0);
});

test('a page is small, and nothing on it moves while it loads', async ({ page }) => {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  let scripts = 0;
  page.on('response', (response) => {
    const { url, headers } = { url: response.url(), headers: response.headers() };
    if (url.endsWith('.js')) scripts += Number(headers['content-length']);
  });
  await page.goto('/');
  await rows(page);
  await expect(page.getByText('Live prices')).toBeVisible();
  expect(scripts).toBeGreaterThan(0);
  expect(scripts).toBeLessThan(60_000);
  const list = () => expect(page.getByText('Live prices')).toBeVisible();
  const pages: readonly (readonly [string, () => Promise<void>])[] = [
    ['/', list],
    ['/?q=rtx+4070&brand=asus', list],
    [`/cards/${await disputed()}`, () => expect(page.locator('.chart canvas')).toBeVisible()],
    [await comparisonOf(page, 3), () => expect(page.getByRole('table')).toBeVisible()],
  ];
  for (const viewport of [
    { width: 1280, height: 900 },
    { width: 375, height: 812 },
  ]) {
    await page.setViewportSize(viewport);
    for (const [path, there] of pages) {
      await page.goto(path);
      await there();
      const moved = await page.evaluate(() =>
        (window as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
      );
      expect(moved, `${path} at ${viewport.width}`).toBeLessThan(0.01);
    }
  }
});
