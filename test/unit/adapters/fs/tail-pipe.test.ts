import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { pipeTail } from '../../../../src/adapters/fs/tail-pipe.ts';
import type { TailedLines } from '../../../../src/ports/tail.ts';

const rules = { maxLineBytes: 1000, wrapping: undefined };

/** Reads to the end; `onLines` is called after each block. */
async function readAll(
  stream: Readable,
  signal: AbortSignal,
  onLines: () => void | Promise<void> = () => undefined,
): Promise<{ blocks: string[]; error: unknown }> {
  const blocks: string[] = [];
  const lines: AsyncIterable<TailedLines> = pipeTail('stdin', stream, rules).read(signal);
  try {
    for await (const { payload } of lines) {
      blocks.push(payload.toString());
      await onLines();
    }
    return { blocks, error: undefined };
  } catch (error) {
    return { blocks, error };
  }
}

const silent = (): Readable => new Readable({ read: () => undefined });

test('a pipe is read to its end, where what there is of a line is a line', async () => {
  const stream = Readable.from([Buffer.from('one\ntw'), Buffer.from('o\nthree')], { objectMode: false });
  const { blocks, error } = await readAll(stream, new AbortController().signal);
  expect(blocks.join('')).toBe('one\ntwo\nthree\n');
  expect(error).toBeUndefined();
});

test('a pipe that fails is no pipe that has ended: its whole lines are kept, then it is told', async () => {
  const stream = silent();
  stream.push('one\nhalf');
  const { blocks, error } = await readAll(stream, new AbortController().signal, () => {
    stream.destroy(new Error('EIO: i/o error, read'));
  });
  expect(blocks).toEqual(['one\n']);
  expect(error).toMatchObject({ code: 'source-broken' });
  expect((error as Error).message).toContain('stdin could not be read to its end: EIO');
});

test('what had come when a pipe failed is kept although it was not taken yet', async () => {
  const stream = silent();
  stream.push('one\n');
  let isFirst = true;
  const { blocks, error } = await readAll(stream, new AbortController().signal, async () => {
    if (!isFirst) return;
    isFirst = false;
    stream.push('two\n');
    stream.destroy(new Error('EIO'));
    await new Promise((resolve) => stream.once('close', resolve));
  });
  expect(blocks).toEqual(['one\n', 'two\n']);
  expect(error).toMatchObject({ code: 'source-broken' });
});

test('a pipe that failed before it was read is told as well', async () => {
  const stream = silent();
  const failed = new Promise((resolve) => stream.once('error', resolve));
  stream.destroy(new Error('EIO'));
  await failed;
  expect((await readAll(stream, new AbortController().signal)).error).toMatchObject({
    code: 'source-broken',
  });
});

test('told to stop it takes what has come and ends, although there is always more', async () => {
  const stop = new AbortController();
  const stream = new Readable({
    read() {
      this.push(Buffer.from('one\n'.repeat(5000)));
    },
  });
  let taken = 0;
  const { error } = await readAll(stream, stop.signal, () => {
    stop.abort();
    if (++taken > 50) throw new Error('It does not end.');
  });
  expect(error).toBeUndefined();
  expect(taken).toBeGreaterThan(0);
});

test('told to stop while nothing comes it keeps the end of a line', async () => {
  const stop = new AbortController();
  const stream = silent();
  stream.push('one\ntwo');
  const { blocks } = await readAll(stream, stop.signal, () => stop.abort());
  expect(blocks).toEqual(['one\n', 'two\n']);
});
