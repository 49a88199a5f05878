import { verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeBundle } from '../../../../../src/core/log/entry-bundle.ts';
import type { Leaf } from '../../../../../src/core/log/leaf.ts';
import { decodeLeaf, signedOfKeyLeaf } from '../../../../../src/core/log/leaf.ts';
import { parseVerifierKey, publicKeyObject } from '../../../../../src/core/log/signed-note.ts';
import type { LogRecord } from '../../../../../src/core/log/write/log-state.ts';
import type { Signer } from '../../../../../src/ports/aws/signer.ts';
import { memorySigner, MemoryRecordFile } from '../../../../fakes/memory-log.ts';
import { leaf, LogBucket, openLog, publish } from './log-kit.ts';

const signer = memorySigner();

describe('another key', () => {
  const next = memorySigner();

  async function changed(former: Signer | undefined): Promise<{ bucket: LogBucket; leaves: Leaf[] }> {
    const bucket = new LogBucket();
    const file = new MemoryRecordFile<LogRecord>();
    const before = await openLog(file, { signer });
    await before.keep([leaf('a')]);
    await publish(before, bucket);
    const writer = await openLog(file, { signer: next, ...(former === undefined ? {} : { former }) });
    await writer.keep([leaf('b')]);
    await publish(writer, bucket);
    // It is told once.
    await publish(await openLog(file, { signer: next, ...(former === undefined ? {} : { former }) }), bucket);
    const [bundle = Buffer.alloc(0)] = [...bucket.objects].flatMap(([key, body]) =>
      key.includes(`${writer.state.id}/tile/entries/`) && key.endsWith(String(writer.state.edge.size))
        ? [body]
        : [],
    );
    return { bucket, leaves: decodeBundle(gunzipSync(bundle)).map(decodeLeaf) };
  }

  test('goes on with the log, which says so, signed by both', async () => {
    const { leaves } = await changed(signer);
    expect(leaves.map(({ kind }) => kind)).toEqual(['open', 'source', 'key', 'source']);
    const told = leaves.find((one) => one.kind === 'key');
    const { oldSignature = '', newSignature = '', ...signed } = told ?? {};
    const message = signedOfKeyLeaf(signed as Parameters<typeof signedOfKeyLeaf>[0]);
    const byBoth = [
      [told?.old, oldSignature, signer],
      [told?.new, newSignature, next],
    ] as const;
    for (const [text = '', signature, { publicKey }] of byBoth) {
      expect(parseVerifierKey(text).publicKey).toEqual(publicKey);
      expect(verify(null, message, publicKeyObject(publicKey), Buffer.from(signature, 'base64'))).toBe(true);
    }
  });

  test('begins a new log where the one before is not at hand', async () => {
    const { leaves, bucket } = await changed(undefined);
    expect(leaves.map(({ kind }) => kind)).toEqual(['open', 'source']);
    expect(leaves[0]).toMatchObject({ after: { size: 2, reason: 'key-changed' } });
    expect([...bucket.objects.keys()].filter((key) => key.includes('/checkpoints/'))).toHaveLength(2);
  });
});
