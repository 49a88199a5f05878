import type { Layout } from '../../layout/layout.ts';
import { renderLayout } from '../../layout/layout.ts';
import { ownFolder, partitionProbeName } from '../../layout/own-names.ts';

const probeName = `${ownFolder}/access-test/probe`;

/** No event is of that time, so no reader looks there. */
const probeTimeMs = Date.UTC(1971, 0, 1);

/** The key of the object that the access test leaves: always the same, so that repeats leave nothing more. */
export function probeKey(prefix: string): string {
  return below(prefix, probeName);
}

/** Where a delivery of the type would lie: a fixed name in a partition of 1971. */
export function partitionProbeKey(prefix: string, layout: Layout, type: string): string {
  return below(prefix, `${renderLayout(layout, type, probeTimeMs)}/${partitionProbeName}`);
}

/**
 * Keys that lie beside the prefix: in the root of the bucket, and where a policy reaches that forgot the slash at the
 * end of the prefix. None where the prefix is the whole bucket.
 */
export function keysBeside(prefix: string): string[] {
  return prefix === '' ? [] : [probeName, `${prefix}_beside/${probeName}`];
}

function below(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}/${name}`;
}
