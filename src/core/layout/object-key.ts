import { AuditExportError } from '../../errors.ts';

/** S3 allows 1,024 bytes of UTF-8 (AWS: "Naming Amazon S3 objects"). */
const maxKeyBytes = 1024;

/**
 * Brings a prefix into the one form used everywhere: no slash at either end, '' for the root of the store. Throws
 * `usage` for a prefix that could lead elsewhere on a file system or that readers can't type.
 */
export function normalisePrefix(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  if (trimmed === '') return '';
  const bad = trimmed.split('/').find((folder) => folder === '' || folder === '.' || folder === '..');
  // oxlint-disable-next-line no-control-regex -- control characters are what is being refused
  if (bad !== undefined || /[\u0000-\u001f\u007f\\]/.test(trimmed)) {
    throw new AuditExportError(
      'usage',
      `The prefix ${JSON.stringify(prefix)} can't be used: a folder in it is empty, "." or "..", or it has a control character or a backslash.`,
      {
        cure: 'Use a prefix such as audit/altr.',
      },
    );
  }
  return trimmed;
}

/** What an object's key is made of. */
export interface ObjectName {
  prefix: string;
  /** The partition's folder below the prefix. */
  folder: string;
  /** The earliest event time in the object, milliseconds since 1970. */
  earliestMs: number;
  /** SHA-256 of the uncompressed content, 64 hex digits. */
  sha256: string;
  /** `.jsonl.gz` and the like. */
  extension: string;
}

/**
 * The key of an object: `<prefix>/<folder>/<YYYYMMDDTHHMMSSmmmZ>-<32 hex digits>.jsonl.gz`. It depends on the content
 * alone, so the same lines get the same key on every machine. Throws `usage` if it is longer than S3 allows.
 */
export function objectKey({ prefix, folder, earliestMs, sha256, extension }: ObjectName): string {
  const time = new Date(earliestMs).toISOString().replaceAll(/[-:.]/g, '');
  const key = `${prefix === '' ? '' : `${prefix}/`}${folder}/${time}-${sha256.slice(0, 32)}${extension}`;
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new AuditExportError('usage', `The key ${key.slice(0, 80)}… has more than ${maxKeyBytes} bytes.`, {
      cure: 'Use a shorter prefix or layout.',
    });
  }
  return key;
}
