import { formatBytes, formatCount } from '../../report/format.ts';
import type { Coverage } from '../coverage.ts';
import { daysOf } from '../coverage.ts';
import { escapeHtml } from './escape.ts';

interface MonthRow {
  lines: number;
  bytes: number;
  objects: number;
  quiet: number;
  silent: number;
}

/** The same as a table of months: for readers of screens, for print, and where no script runs. */
export function renderMonths(coverage: Coverage): string {
  const months = new Map<string, MonthRow>();
  for (const day of daysOf(coverage)) {
    const row = months.get(day.slice(0, 7)) ?? { lines: 0, bytes: 0, objects: 0, quiet: 0, silent: 0 };
    months.set(day.slice(0, 7), row);
    addDay(row, day, coverage);
  }
  const cells = [...months].map(
    ([month, { lines, bytes, objects, quiet, silent }]) =>
      `<tr><td>${escapeHtml(month)}</td>${[formatCount(lines), formatCount(objects), formatBytes(bytes), String(quiet), String(silent)]
        .map((text) => `<td class="n">${escapeHtml(text)}</td>`)
        .join('')}</tr>`,
  );
  const names = ['Lines', 'Objects', 'Content', 'Quiet days', 'Days without a word'];
  return `<details class="card"><summary>By month, as a table</summary><div class="scroll"><table><thead><tr><th>Month</th>${names
    .map((name) => `<th class="n">${name}</th>`)
    .join('')}</tr></thead><tbody>${cells.join('')}</tbody></table></div></details>`;
}

function addDay(row: MonthRow, day: string, { types, cells, days }: Coverage): void {
  let lines = 0;
  for (const type of types) {
    const cell = cells[type]?.[day];
    lines += cell?.lines ?? 0;
    row.objects += cell?.objects ?? 0;
    row.bytes += cell?.bytes ?? 0;
  }
  row.lines += lines;
  const { spoken = false, quietMinutes = 0 } = days[day] ?? {};
  if (lines === 0 && !spoken) row.silent++;
  if (lines === 0 && quietMinutes >= 23 * 60) row.quiet++;
}
