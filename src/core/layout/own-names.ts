/** Where a store keeps what is the tool's own. Names that begin with `_` are skipped by readers. */
export const ownFolder = '_audit-export';

/** How the probe of the access test is called in the partition of an audit type. */
export const partitionProbeName = '_access-test';

/**
 * Files of a folder that a delivery has not finished: beside the object they will be, under names that readers skip (Hive,
 * Athena and Spark leave out names that begin with a dot). The number is the process that wrote it.
 */
export const unfinishedName = /^\.unfinished-(\d+)-[0-9a-f]{12}$/;

/** Whether a file or folder of this name is the tool's own, and never read as a source. */
export function isOwnName(name: string): boolean {
  return name === ownFolder || name === partitionProbeName;
}
