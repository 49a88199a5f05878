import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestKinds, digestOf, type DigestName } from '../../../../src/adapters/emulator/wire/digests.ts';

const check = Buffer.from('123456789');

describe('digests', () => {
  // The check values of the catalogue of CRC algorithms: https://reveng.sourceforge.io/crc-catalogue/all.htm
  test.each<[DigestName, string]>([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['md5', '25f9e794323b453885f5181f1b624d0b'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ])('%s of "123456789" is %s', (name, value) => {
    expect(digestOf(name, check).toString('hex')).toBe(value);
  });

  test.each(Object.keys(digestKinds) as DigestName[])(
    '%s of a body in pieces is that of the whole',
    (name) => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }), (pieces) => {
          const running = digestKinds[name].start();
          for (const piece of pieces) running.update(Buffer.from(piece));
          expect(running.digest().equals(digestOf(name, Buffer.concat(pieces)))).toBe(true);
        }),
      );
    },
  );
});
