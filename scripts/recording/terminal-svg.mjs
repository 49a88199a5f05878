// Draws what a terminal has shown as an SVG whose lines come one after the other; without animation it shows all of them.

const colours = {
  31: 'bad',
  32: 'good',
  33: 'warn',
  36: 'info',
  2: 'faint',
  90: 'faint',
  1: 'strong',
};
const [charWidth, lineHeight, margin] = [8.4, 19, 18];

/**
 * The lines that are on the screen in the end, each with the time (ms) of its last change, from pieces of output with theirs. Knows what
 * the tool writes: line ends, carriage returns, clearing a line, columns, and colours.
 */
export function screenOf(pieces) {
  const lines = [];
  let row = 0;
  let column = 0;
  let style = '';
  for (const { atMs, text } of pieces) {
    // oxlint-disable-next-line no-control-regex -- control characters are what is read
    for (const [token] of text.matchAll(/\u001b\[[0-9;?]*[A-Za-z]|[\s\S]/gu)) {
      lines[row] ??= { cells: [], atMs };
      const line = lines[row];
      if (token === '\n') {
        row += 1;
        column = 0;
      } else if (token === '\r') column = 0;
      else if (token.startsWith('\u001b[')) {
        const [code, kind] = [token.slice(2, -1), token.at(-1)];
        if (kind === 'm') style = styleAfter(style, code);
        else if (kind === 'G') column = Number(code || 1) - 1;
        else if (kind === 'K') line.cells.length = code === '2' ? 0 : Math.min(line.cells.length, column);
      } else {
        line.cells[column] = { text: token, style };
        line.atMs = atMs;
        column += 1;
      }
    }
  }
  return lines.map((line) => line ?? { cells: [], atMs: 0 });
}

function styleAfter(style, code) {
  const known = colours[code];
  return known ?? (['0', '', '22', '39'].includes(code) ? '' : style);
}

/** The runs of one style of a line. */
function runsOf(cells) {
  const runs = [];
  for (let column = 0; column < cells.length; column += 1) {
    const { text, style } = cells[column] ?? { text: ' ', style: '' };
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ style, text });
  }
  return runs;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The drawing of a screen of so many columns, titled for those who can't see it. */
export function drawTerminal(screen, { columns, title }) {
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = screen.length * lineHeight + 2 * margin;
  const rows = screen.map(({ cells, atMs }, row) => {
    const spans = runsOf(cells).map(
      ({ style, text }) => `<tspan${style === '' ? '' : ` class="${style}"`}>${escaped(text)}</tspan>`,
    );
    const y = margin + (row + 0.75) * lineHeight;
    return `<text x="${margin}" y="${y}" style="animation-delay:${Math.round(atMs)}ms">${spans.join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escaped(title)}">
<style>
rect { fill: #1b1f24 } text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #d0d7de; white-space: pre; animation: come 1ms both }
.good { fill: #57ab5a } .bad { fill: #f47067 } .warn { fill: #c69026 } .info { fill: #6cb6ff } .faint { fill: #8b949e } .strong { font-weight: 700; fill: #fff }
@keyframes come { from { opacity: 0 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { text { animation: none } }
</style>
<rect width="100%" height="100%" rx="8"/>
${rows.join('\n')}
</svg>
`;
}
