/** Where a store keeps what is the tool's own. Names that begin with `_` are skipped by readers. */
export const ownFolder = '_audit-export';

/** How the probe of the access test is called in the partition of an audit type. */
export const partitionProbeName = '_access-test';

/**
 * `.unfinished-<machine>-<pid>-<start ticks>-<random>`: a file that is being written lies beside the one it will be, and says whose
 * it is. Readers skip it: Hive, Athena and Spark leave out names that begin with a dot.
 */
export const unfinishedName = /^\.unfinished-([0-9a-f]{8})-(\d+)-(\d*)-[0-9a-f]{12}$/;

/** Whether a file or folder of this name is the tool's own, and never read as a source. */
export function isOwnName(name: string): boolean {
  return name === ownFolder || name === partitionProbeName;
}
