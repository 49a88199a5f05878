import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c, crc64nvme, type RunningDigest } from './crc.ts';

/** S3's checksum algorithms by the end of their header's name (`x-amz-checksum-…`), and MD5 for the ETag. */
export type DigestName = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256' | 'md5';

interface DigestKind {
  readonly bytes: number;
  readonly start: () => RunningDigest;
}

const hash =
  (name: string): (() => RunningDigest) =>
  () => {
    const running = createHash(name);
    return {
      update: (bytes) => void running.update(bytes),
      digest: () => running.digest(),
    };
  };

export const digestKinds: Readonly<Record<DigestName, DigestKind>> = {
  crc32: { bytes: 4, start: runningCrc32 },
  crc32c: { bytes: 4, start: crc32c },
  crc64nvme: { bytes: 8, start: crc64nvme },
  sha1: { bytes: 20, start: hash('sha1') },
  sha256: { bytes: 32, start: hash('sha256') },
  md5: { bytes: 16, start: hash('md5') },
};

/** The algorithms a client may name in a checksum header. */
export const checksumNames = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof checksumNames)[number];

/** Recognises the name of a checksum algorithm, in any case. */
export function toChecksumName(text: string): ChecksumName | undefined {
  return checksumNames.find((name) => name === text.toLowerCase());
}

/** The digest of a whole buffer. */
export function digestOf(name: DigestName, bytes: Buffer): Buffer {
  const running = digestKinds[name].start();
  running.update(bytes);
  return running.digest();
}

function runningCrc32(): RunningDigest {
  let state = 0;
  return {
    update(bytes) {
      state = crc32(bytes, state);
    },
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(state);
      return out;
    },
  };
}
