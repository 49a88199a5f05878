import { formatCount } from '../report/format.ts';
import type { Coverage } from './coverage.ts';
import { daysOf, stateOfDay } from './coverage.ts';

/** From few to many, and what there is instead. */
const ramp = ['░', '▒', '▓', '█'];
const marks = { quiet: '·', none: '-', gap: '?' } as const;
const mostDays = 366;
const totalWidth = 14;

/**
 * The last days as a map, a line for each type and a column for each day, as many as fit: `columns` is the width of the
 * terminal. Empty where nothing is known.
 */
export function renderHeatMap(coverage: Coverage, columns: number): string[] {
  const all = daysOf(coverage);
  const width = Math.max(3, ...coverage.types.map((type) => type.length));
  const room = Math.max(7, Math.min(mostDays, columns - width - 2 - totalWidth));
  const days = all.slice(-room);
  const [first] = days;
  if (first === undefined) return [];
  const rows = coverage.types.map((type) => ({
    type,
    lines: days.map((day) => coverage.cells[type]?.[day]?.lines ?? 0),
  }));
  const most = Math.max(1, ...rows.flatMap(({ lines }) => lines));
  const drawn = rows.map(({ type, lines }) => {
    const cells = lines.map((count, at) => markOf(count, most, stateOfDay(coverage.days[days[at] ?? ''], count > 0)));
    const total = lines.reduce((sum, count) => sum + count, 0);
    return `${type.padEnd(width)}  ${cells.join('')}  ${formatCount(total)}`;
  });
  const span = `${first} to ${days.at(-1) ?? ''}`;
  return [
    `${''.padEnd(width)}  ${monthsAbove(days)}`,
    ...drawn,
    `${''.padEnd(width)}  ${span}: ${ramp.join('')} lines up to ${formatCount(most)} a day, ${marks.quiet} proven quiet, ${marks.none} none, ${marks.gap} the log says nothing`,
  ];
}

function markOf(lines: number, most: number, state: ReturnType<typeof stateOfDay>): string {
  if (state !== 'delivered') return marks[state];
  const step = Math.ceil(Math.sqrt(lines / most) * ramp.length);
  return ramp[Math.max(1, step) - 1] ?? '█';
}

/** The first letters of months, above their first day. */
function monthsAbove(days: readonly string[]): string {
  let text = '';
  for (const [at, day] of days.entries()) {
    if (text.length > at) continue;
    const isFirst = at === 0 || day.endsWith('-01');
    const name = isFirst ? day.slice(0, 7) : ' ';
    text += name.length + at <= days.length || !isFirst ? name : ' ';
    if (isFirst && text.length > at + 1) text += text.length < days.length ? ' ' : '';
  }
  return text.trimEnd();
}
