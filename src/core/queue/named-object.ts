import { isOwnName } from '../layout/own-names.ts';

/** An object that is to be read as a source. */
export interface NamedObject {
  bucket: string;
  /** Its key; where it is not certain how it was written, the readings of it, the likelier one first. */
  keys: readonly [string, ...string[]];
  /** Undefined: the current version. */
  versionId: string | undefined;
  /** Stored bytes, where they are known. */
  size: number | undefined;
  /** The bucket's region, where it is known. */
  region: string | undefined;
}

/** Where a run writes: nothing that it wrote is read again. */
export interface WrittenPlace {
  bucket: string;
  /** Without slashes at its ends; '' for the whole bucket. */
  prefix: string;
}

/** Why an object is not read: it is the tool's own, it stands for a folder, or it is empty. */
export type LeftOut = 'own' | 'folder-marker' | 'empty';

/** The form of the names that deliveries give (core/layout/object-key.ts). */
const deliveredName = /(?:^|\/)\d{8}T\d{9}Z-[0-9a-f]{32}\.jsonl(?:\.\w+)?$/;

/**
 * Why an object of a bucket is not read as a source; undefined where it is read. What lies where the run writes is left
 * out by the form of its name, so that other objects below the same prefix are still read.
 */
export function leftOut(
  { bucket, key, size }: { bucket: string; key: string; size: number | undefined },
  written: readonly WrittenPlace[],
): LeftOut | undefined {
  const isDelivered = written.some((place) => isBelow(bucket, key, place)) && deliveredName.test(key);
  if (isDelivered || isOwn(key)) return 'own';
  if (key.endsWith('/') || key.endsWith('_$folder$')) return 'folder-marker';
  return size === 0 ? 'empty' : undefined;
}

/** The tool's own folder, and the probe that the access test leaves in the partition of a type. */
function isOwn(key: string): boolean {
  return key.split('/').some(isOwnName);
}

function isBelow(bucket: string, key: string, place: WrittenPlace): boolean {
  return bucket === place.bucket && (place.prefix === '' || key.startsWith(`${place.prefix}/`));
}
