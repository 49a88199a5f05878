import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { emptyBalance } from '../../../src/core/accounting/balance.ts';
import { CoverageBook } from '../../../src/core/coverage/coverage-book.ts';
import { renderHeatMap } from '../../../src/core/coverage/heat-map.ts';
import { renderCoveragePage } from '../../../src/core/coverage/page/render-page.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';
import { dayMs, hourMs, startMs, WrittenStore } from '../../unit/core/verify/written-store.ts';
import { browserPath, hasBrowser, startBrowser } from './browser.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Ten weeks: two types, a quiet day, a week without a word, late events, lines set aside, an object that somebody removed. */
async function tenWeeks(folder: string): Promise<{ html: string; map: string[]; removed: string }> {
  const store = new WrittenStore({ folder });
  const removed: string[] = [];
  for (let day = 0; day < 70; day++) {
    const dayStart = startMs + day * dayMs;
    store.nowMs = dayStart;
    if (day >= 40 && day < 47) continue;
    if (day % 7 === 6) {
      for (let hour = 0; hour < 24; hour++) store.quiet(dayStart + (hour + 1) * hourMs);
      continue;
    }
    const run = `day-${day}`;
    store.begin(run, { time: iso(dayStart + hourMs) });
    const lines = Array.from({ length: 1 + ((day * 7) % 23) }, (_, line) => `{"day":${day},"line":${line}}`);
    const first = await store.object(run, lines, { firstMs: dayStart + 9 * hourMs + 60_000 });
    if (day === 19) removed.push(first.key);
    await store.object(run, [`{"late":${day}}`], { firstMs: dayStart + 15 * hourMs });
    const alerts = day % 3 === 0 ? 1 : 0;
    if (alerts === 1)
      await store.object(run, [`{"alert":${day}}`], { type: 'alert', firstMs: dayStart + 2 * hourMs });
    const delivered = lines.length + 1 + alerts;
    store.leaf({
      kind: 'end',
      run,
      time: iso(dayStart + 16 * hourMs),
      ended: 'complete',
      balance: { ...emptyBalance(), read: delivered + 2, delivered, quarantined: 2 },
      objects: 2 + alerts,
      sources: 0,
      quarantined: { 'not-json': 2 },
      ignored: {},
      lateness: { 'up to 1 hour': delivered - 1, 'up to 7 days': 1 },
    });
  }
  store.publish();
  const [key = ''] = removed;
  rmSync(join(store.folder, key));
  const coverage = new CoverageBook();
  const report = await store.report({
    nowMs: startMs + 70 * dayMs,
    onLeaf: (leaf, _, isNew) => coverage.take(leaf, isNew),
  });
  const content = { coverage: coverage.coverage(), at: report.at, verification: report };
  return {
    html: renderCoveragePage({ ...content, store: 's3://acme-audit/altr </title><script>alert(1)</script>' }),
    map: renderHeatMap(content.coverage, 100),
    removed: key,
  };
}

test('the map of the terminal shows each day of each type: volume, quiet, nothing, no word', async () => {
  const { map } = await tenWeeks(scratchFolder());
  const [months, alert = '', query = ''] = map;
  expect(months).toContain('2026-03');
  expect(query).toMatch(/^query {2}[░▒▓█]{6}·[░▒▓█]{6}·/);
  expect(query).toContain('???????');
  expect(alert).toMatch(/^alert {2}░--░--·--░/);
});

describe.skipIf(!hasBrowser)(
  `the coverage page in a browser (skipped where ${browserPath} is not installed)`,
  () => {
    let browser: Browser | undefined;
    let ownFolder = '';
    let page: { url: string; removed: string } | undefined;
    beforeAll(async () => {
      ownFolder = mkdtempSync(join(tmpdir(), 'audit-export-page-'));
      const { html, removed } = await tenWeeks(join(ownFolder, 'store'));
      const folder = process.env['AUDIT_EXPORT_TEST_SCREENSHOTS'] ?? ownFolder;
      writeFileSync(join(folder, 'page.html'), html);
      page = { url: pathToFileURL(join(folder, 'page.html')).href, removed };
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(ownFolder, { recursive: true, force: true });
    });

    /** The page, and what it complained of. */
    async function open(
      width: number,
      scheme: 'light' | 'dark',
    ): Promise<{ tab: Page; complaints: string[] }> {
      const context = await browser!.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
      onTestFinished(() => context.close());
      const tab = await context.newPage();
      const complaints: string[] = [];
      tab.on('pageerror', (error) => complaints.push(error.message));
      tab.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      tab.on('request', (request) => {
        if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
      });
      await tab.goto(page!.url);
      return { tab, complaints };
    }

    const shot = async (tab: Page, name: string): Promise<void> => {
      const folder = process.env['AUDIT_EXPORT_TEST_SCREENSHOTS'];
      if (folder !== undefined) await tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    };

    test.each([
      [360, 'light'],
      [360, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const)(
      'at %i px, %s: nothing is wider than the window, nothing fails, nothing is asked for',
      async (width, scheme) => {
        const { tab, complaints } = await open(width, scheme);
        await shot(tab, `${width}-${scheme}`);
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await tab.evaluate(overflow)).toBe(0);
        await tab.click('.day[data-day="2026-03-20"]');
        await shot(tab, `${width}-${scheme}-day`);
        expect(await tab.evaluate(overflow)).toBe(0);
        expect(complaints).toEqual([]);
      },
    );

    test('a day opens to its hours, its objects, what was set aside, and what was found', async () => {
      const { tab } = await open(1280, 'light');
      await tab.click('.day[data-day="2026-03-20"]');
      const text = await tab.innerText('#day');
      expect(text).toMatch(/Friday,? 20 March 2026/);
      expect(text).toContain('set aside: not-json');
      expect(text).toContain('object-missing');
      expect(text).toContain(page!.removed);
      expect(await tab.locator('#day table.objects tbody tr').count()).toBe(2);
      expect(await tab.locator('.hours [title^="09:00"]').getAttribute('title')).toMatch(/^09:00 \d+ lines/);
      expect(await tab.title()).toContain('</title><script>alert(1)</script>');
    });

    test('quiet, nothing of a type, and no word are told apart, for the ear as well', async () => {
      const { tab } = await open(1280, 'light');
      const says = (day: string): Promise<string | null> =>
        tab.locator(`.day[data-day="${day}"]`).getAttribute('aria-label');
      expect(await says('2026-03-07')).toContain('proven quiet');
      expect(await says('2026-04-12')).toContain('the log says nothing of this day');
      await tab.check('input[value="alert"]');
      expect(await says('2026-03-02')).toContain('nothing of it, although the log speaks of the day');
      expect(await says('2026-03-01')).toContain('1 line in 1 object');
    });

    test('it is used by keyboard alone: one stop for the calendar, arrows move, Enter opens, Escape comes back', async () => {
      const { tab, complaints } = await open(1280, 'light');
      const focused = (): Promise<string> =>
        tab.evaluate('document.activeElement.dataset.day ?? document.activeElement.tagName');
      expect(await tab.locator('.day[tabindex="0"]').count()).toBe(1);
      await tab.locator('.day[tabindex="0"]').focus();
      await tab.keyboard.press('Home');
      expect(await focused()).toBe('2026-03-01');
      await tab.keyboard.press('ArrowRight');
      await tab.keyboard.press('ArrowDown');
      expect(await focused()).toBe('2026-03-09');
      await tab.keyboard.press('Enter');
      expect(await focused()).toBe('H2');
      await tab.keyboard.press('Escape');
      expect(await focused()).toBe('2026-03-09');
      expect(await tab.locator('#day').isHidden()).toBe(true);
      expect(complaints).toEqual([]);
    });
  },
);
