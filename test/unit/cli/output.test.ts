import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { AuditExportError } from '../../../src/errors.ts';
import { watchOutput, writeOut } from '../../../src/cli/terminal/output.ts';

function failing(code: string): Writable {
  return new Writable({
    write: (_piece, _encoding, done) => done(Object.assign(new Error(`${code}: it went wrong`), { code })),
  });
}

async function failureBy(code: string): Promise<AuditExportError | undefined> {
  const [stdout, stderr] = [failing(code), failing('ENOSPC')];
  const output = watchOutput(stdout, stderr);
  stdout.write('x');
  stderr.write('x');
  return output.failure();
}

test.each(['ENOSPC', 'EDQUOT', 'EIO'])('that stdout fails with %s is kept, with its cure', async (code) => {
  expect(await failureBy(code)).toMatchObject({
    code: 'output-failed',
    exitCode: 3,
    message: expect.stringContaining(code),
  });
});

test('a reader that has seen enough is no failure', async () => {
  expect(await failureBy('EPIPE')).toBeUndefined();
});

test('a write that waits ends with the stream, full or closed', async () => {
  const full = failing('ENOSPC').on('error', () => undefined);
  await expect(writeOut(full, 'x')).rejects.toMatchObject({ code: 'output-failed' });
  const closed = failing('EPIPE').on('error', () => undefined);
  await writeOut(closed, 'x');
  await writeOut(closed, 'and after that');
});
