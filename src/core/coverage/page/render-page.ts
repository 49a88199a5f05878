import { createHash } from 'node:crypto';
import { formatBytes, formatCount, formatCounted } from '../../report/format.ts';
import type { Finding } from '../../verify/finding.ts';
import { placesOf } from '../../verify/finding.ts';
import { partitionOfKey, timesOfKey } from '../../verify/objects/partition-of-key.ts';
import type { VerifyReport } from '../../verify/verify-report.ts';
import type { Coverage } from '../coverage.ts';
import { daysOf } from '../coverage.ts';
import { escapeHtml, jsonForScript } from './escape.ts';
import { renderMonths } from './render-months.ts';
import { renderVerification } from './render-verification.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** What a page shows. */
export interface PageContent {
  coverage: Coverage;
  /** How the store is named. */
  store: string;
  /** When it was made (ISO 8601). */
  at: string;
  /** What a verification found; undefined where only the log was read. */
  verification: VerifyReport | undefined;
}

/**
 * One HTML file that needs nothing else: no request is made, and nothing but its own script may run. It shows, by type, day and
 * hour, what the leaves of the logs tell, and what a verification found.
 */
export function renderCoveragePage({ coverage, store, at, verification }: PageContent): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  const data = {
    types: coverage.types,
    all: daysOf(coverage),
    days: coverage.days,
    cells: coverage.cells,
    findings: findingsByDay(verification?.findings ?? []),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<title>Coverage of ${escapeHtml(store)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Coverage of ${escapeHtml(store)}</h1>
<p class="soft">From the transparency log, as of ${escapeHtml(at.slice(0, 16).replace('T', ' '))} UTC. Days are days of the event time, in UTC.</p>
${facts(coverage)}
${renderVerification(verification)}
${data.all.length === 0 ? '<p class="card">The log tells of no object yet.</p>' : calendar(coverage)}
</main>
<script type="application/json" id="data">${jsonForScript(data)}</script>
${data.all.length === 0 ? '' : `<script>${script}</script>`}
</body>
</html>
`;
}

function facts(coverage: Coverage): string {
  const { first, last, lines, objects, bytes, days } = coverage;
  const all = daysOf(coverage);
  const silent = all.filter((day) => days[day]?.spoken !== true && days[day]?.delivered !== true).length;
  const setAside = Object.values(days)
    .flatMap(({ quarantined }) => Object.values(quarantined))
    .reduce((sum, count) => sum + count, 0);
  const rows: [string, string][] = [
    ['Days', first === null ? 'none' : `${first} to ${String(last)}`],
    ['Lines', formatCount(lines)],
    ['Objects', formatCount(objects)],
    ['Content', formatBytes(bytes)],
    ['Delivered later than a day', lateShare(coverage)],
    ['Set aside', formatCounted(setAside, 'line', 'lines')],
    ['Days without a word', formatCount(silent)],
  ];
  const cells = rows.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts card">${cells.join('')}</dl>`;
}

/** Steps of the report that are within a day (core/accounting/lateness.ts). */
const onTime = new Set(['in the future', 'up to 1 hour', 'up to 1 day']);

function lateShare({ days }: Coverage): string {
  let all = 0;
  let late = 0;
  for (const { lateness } of Object.values(days))
    for (const [age, count] of Object.entries(lateness)) {
      all += count;
      if (!onTime.has(age)) late += count;
    }
  if (all === 0) return 'not known';
  const percent = (late / all) * 100;
  return percent > 0 && percent < 0.1 ? 'less than 0.1 %' : `${percent.toFixed(1).replace('.0', '')} %`;
}

function calendar(coverage: Coverage): string {
  const radio = (value: string, label: string, checked: boolean): string =>
    `<label><input type="radio" name="type" value="${escapeHtml(value)}"${checked ? ' checked' : ''}>${escapeHtml(label)}</label>`;
  const types = coverage.types.map((type) => radio(type, type, false)).join('');
  return `<section class="card" aria-labelledby="calendar">
<h2 id="calendar">Calendar</h2>
<fieldset id="types"><legend class="soft">Audit type</legend>${radio('', 'all', true)}${types}</fieldset>
<div class="key"><span class="ramp">1 <i class="v1"></i><i class="v2"></i><i class="v3"></i><i class="v4"></i><i class="v5"></i> <b id="most"></b>&nbsp;lines a day</span>
<span><i class="quiet"></i> proven quiet</span><span><i class="none"></i> nothing came</span><span><i class="gap"></i> the log says nothing</span><span><i class="found">!</i> finding</span></div>
<div class="months" id="months"></div>
<p class="soft">Arrow keys move, Enter opens a day, Escape closes it.</p>
</section>
<section class="card" id="day" aria-live="polite" hidden></section>
${renderMonths(coverage)}`;
}

/** Findings about objects, by the day that their key says. */
function findingsByDay(findings: readonly Finding[]): Record<string, object[]> {
  const byDay: Record<string, object[]> = {};
  for (const { code, message, key } of placesOf(findings)) {
    const from = key === undefined ? undefined : timesOfKey(key)?.from;
    if (from === undefined || key === undefined) continue;
    const day = new Date(from).toISOString().slice(0, 10);
    (byDay[day] ??= []).push({ code, message, key, type: partitionOfKey(key)?.type ?? '' });
  }
  return byDay;
}
