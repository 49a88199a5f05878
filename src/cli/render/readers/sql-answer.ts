import { csvCell } from '../csv.ts';
import { printable } from '../../../core/report/printable.ts';
import type { SqlAnswer } from '../../../ports/sql-engine.ts';

type Rows = readonly (readonly unknown[])[];

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Writes an answer as it comes: one JSON object a line, or CSV. */
export async function* answerLines(
  { columns, rows }: SqlAnswer,
  form: 'json' | 'csv',
): AsyncGenerator<string> {
  if (form === 'csv') yield `${columns.map(csvCell).join(',')}\r\n`;
  for await (const batch of rows)
    yield batch
      .map((row) =>
        form === 'csv'
          ? `${row.map((value) => csvCell(cellOf(value))).join(',')}\r\n`
          : `${JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])))}\n`,
      )
      .join('');
}

/** Rows that a table lays out together, and the widest cell. */
const tableRows = 1000;
const widest = 80;

/** Writes an answer as a table; columns are as wide as the first rows need. */
export async function* answerTable({ columns, rows }: SqlAnswer): AsyncGenerator<string> {
  let widths: number[] | undefined;
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, index) => fitted(cell, widths?.[index] ?? widest))
      .join('  ')
      .trimEnd()}\n`;
  let waiting: string[][] = [];
  const flush = (): string => {
    const head = widths === undefined;
    widths ??= columns.map((name, index) =>
      Math.min(widest, Math.max(name.length, ...waiting.map((row) => (row[index] ?? '').length))),
    );
    const text = `${head ? line(columns) : ''}${waiting.map(line).join('')}`;
    waiting = [];
    return text;
  };
  for await (const batch of rows as AsyncIterable<Rows>) {
    for (const row of batch)
      waiting.push(row.map((value) => printable(cellOf(value).replaceAll(/\s+/g, ' '))));
    if (waiting.length >= tableRows) yield flush();
  }
  yield flush();
}

const fitted = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
