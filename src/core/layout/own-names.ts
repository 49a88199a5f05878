/** Where a store keeps what is the tool's own. Names that begin with `_` are skipped by readers. */
export const ownFolder = '_audit-export';

/** How the probe of the access test is called in the partition of an audit type. */
export const partitionProbeName = '_access-test';

/** Whether a file or folder of this name is the tool's own, and never read as a source. */
export function isOwnName(name: string): boolean {
  return name === ownFolder || name === partitionProbeName;
}
