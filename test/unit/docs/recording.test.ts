import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Piece {
  atMs: number;
  text: string;
}
type Screen = { cells: { text: string; style: string }[]; atMs: number }[];
const { screenOf, drawTerminal } = (await import(
  new URL('../../../scripts/recording/terminal-svg.mjs', import.meta.url).href
)) as {
  screenOf: (pieces: readonly Piece[]) => Screen;
  drawTerminal: (screen: Screen, how: { columns: number; title: string }) => string;
};

const textOf = (screen: Screen): string[] =>
  screen.map(({ cells }) => cells.map(({ text }) => text).join(''));

test('what was drawn over is not shown, and a line comes when it was last changed', () => {
  const screen = screenOf([
    { atMs: 0, text: 'waiting 1 s' },
    { atMs: 500, text: '\r\u001b[2K\u001b[32mdone\u001b[39m <b>\nnext' },
  ]);
  expect(textOf(screen)).toEqual(['done <b>', 'next']);
  expect(screen[0]?.atMs).toBe(500);
  const svg = drawTerminal(screen, { columns: 40, title: 'a & b' });
  expect(svg).toContain('<tspan class="good">done</tspan><tspan> &lt;b&gt;</tspan>');
  expect(svg).toContain('aria-label="a &amp; b"');
});

test('the recording shows a set-up and a delivery that worked, and nothing of the machine that made it', () => {
  const svg = readFileSync(new URL('../../../docs/recording.svg', import.meta.url), 'utf8');
  const shown = svg.replaceAll(/<[^>]*>/g, '');
  expect(shown).toContain('audit-export init --profile acme');
  expect(shown).toContain('Delivered to s3://acme-audit/altr');
  expect(shown).not.toMatch(/\/tmp\/|\/work\/|\/home\/|Error/);
});
