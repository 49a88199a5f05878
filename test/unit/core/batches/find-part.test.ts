import { expect, test } from 'vitest';
import { beginPart, partIn } from '../../../../src/core/batches/file-parts.ts';
import { PartSearch } from '../../../../src/core/batches/find-part.ts';
import type { SourcePart } from '../../../../src/core/push/source-part.ts';
import { lines, Reader } from '../files/reading-on.ts';
import type { FilePart } from '../../../../src/ports/state/batch.ts';

const log = '/logs/app.log';
const size = (from: number, to: number): number => lines(from, to).length;

/** A log that was delivered up to its fifth line, and of which the next five are begun. */
async function begunLog(): Promise<{ reader: Reader; part: FilePart }> {
  const reader = new Reader();
  reader.files.write(log, lines(0, 5));
  await reader.round([log]);
  reader.files.append(log, lines(5, 10));
  const [seen] = (await reader.look([log])).files;
  if (seen === undefined) throw new Error('the log is not seen');
  return { reader, part: await beginPart(seen) };
}

function searchIn({ files }: Reader, given: readonly string[] = [log]): PartSearch {
  return new PartSearch(
    given.flatMap((path) => files.given(path)),
    files,
    0,
  );
}

async function find(
  reader: Reader,
  part: FilePart,
  given?: readonly string[],
): Promise<SourcePart | undefined> {
  const seen = await searchIn(reader, given).find(part, part.file);
  return seen && partIn(part, seen);
}

async function contentOf({ source, part }: SourcePart): Promise<string> {
  const pieces: Buffer[] = [];
  const range = part ?? { from: { stored: 0 }, to: 0 };
  for await (const piece of source.read(() => undefined, { start: range.from.stored, end: range.to }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

test('a part is there where the file has only grown, and what came behind is no part of it', async () => {
  const { reader, part } = await begunLog();
  reader.files.append(log, lines(10, 12));
  const found = await find(reader, part);
  expect(found?.part).toMatchObject({
    from: { stored: size(0, 5), offset: size(0, 5), lines: 5 },
    to: size(0, 10),
    plain: true,
  });
  expect(found && (await contentOf(found))).toBe(lines(5, 10));
});

test('a part is nowhere where its bytes are others now, or gone', async () => {
  const { reader, part } = await begunLog();
  reader.files.write(log, lines(0, 9) + lines(7, 8));
  expect(await find(reader, part)).toBeUndefined();
  reader.files.write(log, lines(0, 9));
  expect(await find(reader, part)).toBeUndefined();
});

test('a part is found in the archive that its log was compressed to, to its own end', async () => {
  const { reader, part } = await begunLog();
  reader.files.append(log, lines(10, 12));
  reader.files.gzip(log);
  const found = await find(reader, part, [`${log}.gz`]);
  expect(found?.part).toMatchObject({
    from: { stored: 0, offset: size(0, 5), lines: 5 },
    toOffset: size(0, 10),
    plain: false,
  });
  // All of it is read, and cut by offsets.
  expect(found && (await contentOf(found))).toBe(lines(0, 12));
});

test('a part is not in an archive that holds less of it, or something else behind what was delivered', async () => {
  for (const others of [lines(5, 9), lines(5, 9) + lines(20, 30)]) {
    const { reader, part } = await begunLog();
    reader.files.write(log, lines(0, 5) + others);
    reader.files.gzip(log);
    expect(await find(reader, part, [`${log}.gz`])).toBeUndefined();
  }
});

test('a part is found beside where its file stood, also where nothing of that is given', async () => {
  const { reader, part } = await begunLog();
  reader.files.rename(log, `${log}.1`);
  reader.files.write(log, lines(20, 22));
  expect((await find(reader, part))?.source.name).toBe(`${log}.1`);
  expect((await find(reader, part, []))?.source.name).toBe(`${log}.1`);
});

test('two parts are found in one file: the one was read of a copy of the other in the making', async () => {
  const { reader, part } = await begunLog();
  reader.files.write('/logs/copy', lines(0, 1).slice(0, 20));
  const copy = (await reader.look(['/logs/copy'])).files[0];
  if (copy === undefined) throw new Error('the copy is not seen');
  const half = await beginPart(copy);
  reader.files.write('/logs/copy', lines(0, 10));
  reader.files.write(log, '');
  const search = searchIn(reader, [log, '/logs/copy']);
  for (const begun of [part, half])
    expect((await search.find(begun, begun.file))?.source.name).toBe('/logs/copy');
});

test('a search says whether all that it looked at still stands: what was not found may have been moved', async () => {
  const { reader, part } = await begunLog();
  reader.files.rename(log, '/elsewhere.log');
  reader.files.write(log, lines(20, 22));
  const search = searchIn(reader);
  expect(await search.find(part, part.file)).toBeUndefined();
  expect(await search.isAsItWas()).toBe(true);
  reader.files.rename('/elsewhere.log', `${log}.1`);
  expect(await search.isAsItWas()).toBe(false);
});
