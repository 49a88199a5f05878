import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { watchOutput, writeOut } from '../../../src/cli/output.ts';

function failing(code: string): Writable {
  return new Writable({
    write: (_piece, _encoding, done) => done(Object.assign(new Error(`${code}: it went wrong`), { code })),
  });
}

test('what stdout fails with is kept, with its cure; a reader that has seen enough is no failure', async () => {
  for (const [code, failed] of [
    ['ENOSPC', true],
    ['EDQUOT', true],
    ['EIO', true],
    ['EPIPE', false],
  ] as const) {
    const [stdout, stderr] = [failing(code), failing('ENOSPC')];
    const output = watchOutput(stdout, stderr);
    stdout.write('x');
    stderr.write('x');
    const failure = await output.failure();
    if (failed)
      expect(failure).toMatchObject({
        code: 'output-failed',
        exitCode: 3,
        message: expect.stringContaining(code),
      });
    else expect(failure).toBeUndefined();
  }
});

test('a write that waits ends with the stream, full or closed', async () => {
  const full = failing('ENOSPC').on('error', () => undefined);
  await expect(writeOut(full, 'x')).rejects.toMatchObject({ code: 'output-failed' });
  const closed = failing('EPIPE').on('error', () => undefined);
  await writeOut(closed, 'x');
  await writeOut(closed, 'and after that');
});
