import { expect, test } from 'vitest';
import { capturedTerminal } from './captured-terminal.ts';

test('what is written to each stream is kept apart, and stdin gives the input', async () => {
  const { context, stdout, stderr } = capturedTerminal('abc', { environment: { A: '1' } });
  context.stdout.write('out');
  context.stderr.write('err');
  context.stdout.write('put');
  expect([stdout(), stderr(), context.environment]).toEqual(['output', 'err', { A: '1' }]);
  const pieces: string[] = [];
  for await (const piece of context.stdin) pieces.push(String(piece));
  expect(pieces).toEqual(['abc']);
});
