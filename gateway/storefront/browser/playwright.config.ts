// The storefront in a real browser, against a gateway, a collector and shops that run already:
// `gateway/tests/storefront.rs` starts them; by hand, `npm run browser` takes those of `cargo xtask up`.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../node_modules/.browser',
  // One after the other: they share the shops, and change them.
  workers: 1,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  timeout: 60_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: process.env['STOREFRONT_URL'] ?? 'http://127.0.0.1:8000',
    actionTimeout: 20_000,
    navigationTimeout: 20_000,
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // The browser itself asks nobody for anything.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
