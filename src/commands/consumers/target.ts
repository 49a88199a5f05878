import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import { loadAuditTypes } from '../../core/audit-types/load-audit-types.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import { dayLayout, hourLayout } from '../../core/layout/layout.ts';
import type { Place } from '../../core/setup/reader-access.ts';
import { AuditExportError } from '../../errors.ts';
import type { TargetOptions } from './target-settings.ts';

/** The store that consumers read, and what lies in it. */
export interface Target {
  store: Place;
  layout: string;
  types: CompiledAuditType[];
}

/** How the events of a store are filed, and their audit types. Throws `usage` for a type that there is not, and `schema-invalid`. */
export async function filingOf(
  options: Pick<TargetOptions, 'schemas' | 'types' | 'layout' | 'partition'>,
  readOwnTypes: (files: readonly string[]) => Promise<OwnTypeFile[]>,
): Promise<Omit<Target, 'store'>> {
  const compiled = await loadAuditTypes(await readOwnTypes(options.schemas ?? []));
  const known = new Set(compiled.map(({ descriptor }) => descriptor.type));
  const odd = options.types?.find((type) => !known.has(type));
  if (odd !== undefined)
    throw new AuditExportError('usage', `--types: there is no audit type ${JSON.stringify(odd)}.`, {
      cure: 'See audit-export types list, or name its schema with --schema FILE.',
    });
  return {
    layout: options.layout ?? (options.partition === 'hour' ? hourLayout : dayLayout),
    types: compiled.filter(({ descriptor }) => options.types?.includes(descriptor.type) !== false),
  };
}

/**
 * What a command of `consumers` is about. Throws `missing-answer` where no store is named, `usage` for a folder or a type that there is not,
 * and `schema-invalid`.
 */
export async function targetOf(
  options: TargetOptions,
  readOwnTypes: (files: readonly string[]) => Promise<OwnTypeFile[]>,
): Promise<Target> {
  const filing = await filingOf(options, readOwnTypes);
  return { store: bucketOf(options.from), ...filing };
}

function bucketOf(given: string | undefined): Place {
  if (given === undefined)
    throw new AuditExportError('missing-answer', 'It is not said which store is read.', {
      cure: 'Name it with --from s3://BUCKET/PREFIX, or the profile with --profile.',
      details: { missing: '--from' },
    });
  const address = parseStoreAddress(given);
  if (address.kind === 's3') return address;
  throw new AuditExportError('usage', `${given} is a folder, and this is for a bucket.`, {
    cure: 'Use --from s3://BUCKET/PREFIX; find and query read a folder as it is.',
  });
}

/** The place that `compact` writes to: `curated` in the bucket, if nothing else is said. */
export function curatedPlace(given: string | undefined, { bucket }: Place): Place {
  return given === undefined ? { bucket, prefix: 'curated' } : bucketOf(given);
}
