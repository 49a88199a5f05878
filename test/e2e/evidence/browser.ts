import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Debian's browser; the environment may name another. */
export const browserPath = process.env['AUDIT_EXPORT_TEST_BROWSER'] ?? '/usr/bin/chromium';

export const hasBrowser = existsSync(browserPath);

/** Starts it without a window, and without anything that looks for the network. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
