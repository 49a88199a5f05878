import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpoolRecord } from '../../../../src/core/follow/spool-record.ts';
import { encodeRecord, readRecords, segmentMagic } from '../../../../src/core/follow/spool-record.ts';

const place = (n: number): { stored: number; offset: number; lines: number } => ({
  stored: n,
  offset: n,
  lines: n,
});

const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });

function segmentOf(parts: readonly Uint8Array[]): { bytes: Buffer; ends: number[] } {
  const pieces: Buffer[] = [segmentMagic];
  const ends: number[] = [];
  let length = segmentMagic.length;
  for (const [n, part] of parts.entries()) {
    const record: SpoolRecord = {
      kind: 'lines',
      name: `café ${n}`,
      sourceHead: '',
      from: place(n),
      to: place(n + 1),
    };
    const encoded = encodeRecord(record, Buffer.from(part));
    pieces.push(...encoded);
    length += encoded[0].length + encoded[1].length;
    ends.push(length);
  }
  return { bytes: Buffer.concat(pieces), ends };
}

async function readAll(bytes: Buffer): Promise<{ payload: Buffer; end: number; name: string }[]> {
  const read = [];
  for await (const { record, payload, end } of readRecords(async (at, length) =>
    bytes.subarray(at, at + length),
  ))
    read.push({ payload, end, name: record.kind === 'lines' ? record.name : '' });
  return read;
}

test('a segment that is cut anywhere is read up to its last whole record', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, fc.nat(), async (parts, at) => {
      const { bytes, ends } = segmentOf(parts);
      const cut = at % (bytes.length + 1);
      const read = await readAll(bytes.subarray(0, cut));
      const whole = ends.filter((end) => end <= cut);
      expect(read.map(({ end }) => end)).toEqual(whole);
      expect(read.map(({ payload }) => Array.from(payload))).toEqual(
        parts.slice(0, whole.length).map((part) => Array.from(part)),
      );
      expect(read.map(({ name }) => name)).toEqual(whole.map((_, n) => `café ${n}`));
    }),
  );
});

test('a record in which a bit has turned is not whole, and nothing behind it is read', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, fc.nat(), fc.nat(7), async (parts, at, bit) => {
      const { bytes, ends } = segmentOf(parts);
      const damaged = Buffer.from(bytes);
      const place = at % bytes.length;
      damaged[place] = (damaged[place] as number) ^ (1 << bit);
      const read = await readAll(damaged);
      expect(read.length).toBe(
        ends.filter((end) => end <= place).length * (place < segmentMagic.length ? 0 : 1),
      );
    }),
  );
});
