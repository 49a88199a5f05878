// @ts-check

/** @typedef {import('./cases.mjs').Result} Result */

/** @param {number} value @param {number} digits */
const fixed = (value, digits) => value.toFixed(digits);

/**
 * A case as a Markdown table; each ratio is to the first row.
 * @param {string} name
 * @param {Result} result
 * @returns {string}
 */
export function renderResult(name, { about, rows }) {
  const [base] = rows;
  if (base === undefined) return '';
  const exports = rows.some(({ objects }) => objects > 0);
  /** @param {number} value @param {number} of @param {number} digits */
  const withRatio = (value, of, digits) => `${fixed(value, digits)} (${fixed(value / of, 2)}x)`;
  const header = ['', 'CPU s', 'wall s', 'peak MB', ...(exports ? ['stored MB', 'objects', 'complete'] : [])];
  const body = rows.map((row) => [
    row.name,
    withRatio(row.cpuS, base.cpuS, 2),
    withRatio(row.wallS, base.wallS, 2),
    row.rssMb === undefined ? '?' : fixed(row.rssMb, 0),
    ...(exports
      ? [
          withRatio(row.storedBytes / 1e6, base.storedBytes / 1e6, 1),
          String(row.objects),
          row.complete ? 'yes' : 'NO',
        ]
      : []),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const versions = [...new Set(rows.map(({ version }) => version).filter((version) => version !== ''))];
  const notes = versions.length > 0 ? `\n${versions.join('; ')}\n` : '';
  return `### ${name}\n\n${about}\n\n${[line(header), rule, ...body.map(line)].join('\n')}\n${notes}\n`;
}
