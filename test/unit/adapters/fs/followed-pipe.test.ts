import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { fifoPipe, streamPipe } from '../../../../src/adapters/fs/sources/followed-pipe.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

/** Reads to the end; `onPiece` is called after each piece. */
async function readAll(
  stream: Readable,
  signal: AbortSignal,
  onPiece: () => void | Promise<void> = () => undefined,
): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const piece of streamPipe('stdin', stream).read(signal)) {
      text += piece.toString();
      await onPiece();
    }
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

const never = new AbortController().signal;
const silent = (): Readable => new Readable({ read: () => undefined });

test('a pipe is read to its end', async () => {
  const stream = Readable.from([Buffer.from('one\ntw'), Buffer.from('o\nthree')], { objectMode: false });
  expect(await readAll(stream, never)).toEqual({ text: 'one\ntwo\nthree', error: undefined });
});

test('a pipe that fails is no pipe that has ended: what came before is there, then it is told', async () => {
  const stream = silent();
  stream.push('one\nhalf');
  const { text, error } = await readAll(stream, never, () => {
    stream.destroy(new Error('EIO: i/o error, read'));
  });
  expect(text).toBe('one\nhalf');
  expect(error).toMatchObject({ code: 'source-broken' });
  expect((error as Error).message).toContain('stdin could not be read to its end: EIO');
});

test('what had come when a pipe failed is there although it was not taken yet', async () => {
  const stream = silent();
  stream.push('one\n');
  let isFirst = true;
  const { text, error } = await readAll(stream, never, async () => {
    if (!isFirst) return;
    isFirst = false;
    stream.push('two\n');
    stream.destroy(new Error('EIO'));
    await new Promise((resolve) => stream.once('close', resolve));
  });
  expect(text).toBe('one\ntwo\n');
  expect(error).toMatchObject({ code: 'source-broken' });
});

test('a pipe that failed before it was read is told as well', async () => {
  const stream = silent();
  const failed = new Promise((resolve) => stream.once('error', resolve));
  stream.destroy(new Error('EIO'));
  await failed;
  expect((await readAll(stream, never)).error).toMatchObject({ code: 'source-broken' });
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

test('told to stop while nothing comes it ends with all that came', async () => {
  const stop = new AbortController();
  const stream = silent();
  stream.push('one\ntwo');
  expect(await readAll(stream, stop.signal, () => stop.abort())).toEqual({
    text: 'one\ntwo',
    error: undefined,
  });
});

test('a named pipe waits for its next writer, and ends when it is told to', async () => {
  const path = join(scratchFolder(), 'events.fifo');
  execFileSync('mkfifo', [path]);
  const stop = new AbortController();
  const pipe = fifoPipe(path);
  let text = '';
  const reading = (async () => {
    for await (const piece of pipe.read(stop.signal)) text += piece.toString();
  })();
  for (const content of ['one\n', 'two\n', 'three\n']) {
    const writer = createWriteStream(path);
    await new Promise((resolve) => writer.end(content, () => resolve(undefined)));
    await expect.poll(() => text).toContain(content);
  }
  stop.abort();
  await reading;
  await pipe.close();
  expect(text).toBe('one\ntwo\nthree\n');
});

test('a named pipe that is not there can not be read', async () => {
  const pipe = fifoPipe(join(scratchFolder(), 'nothing'));
  const reading = (async () => {
    for await (const _ of pipe.read(never)) throw new Error('Nothing can come.');
  })();
  expect(await rejectionOf(reading)).toMatchObject({ code: 'source-unreadable' });
  await pipe.close();
});
