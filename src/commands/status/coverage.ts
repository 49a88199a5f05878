import { destinationFlags } from '../../core/config/destination.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import type { Coverage } from '../../core/coverage/coverage.ts';
import { renderCoveragePage } from '../../core/coverage/page/render-page.ts';
import { readCoverage } from '../../core/coverage/read-coverage.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { VerifyHost } from '../verify/verify-host.ts';
import type { StatusReport } from './status-report.ts';

/** What the log of one store tells, or why it can't be read: `coverage` of `status --json` with --map or --page. */
export interface StoreCoverage {
  store: string;
  coverage: Coverage | null;
  /** Why there is nothing to show; null where there is. */
  why: string | null;
  isWhole: boolean;
}

/** What reads a store: `endpointUrl` is that of the store, where it is none of AWS. */
export type OpenHost = (endpointUrl: string | undefined) => VerifyHost;

/** Reads the logs of all stores that a status tells of, or of the one that is named. */
export async function coverageOf(
  { profiles }: Pick<StatusReport, 'profiles'>,
  named: string | undefined,
  open: OpenHost,
): Promise<StoreCoverage[]> {
  const stores = named === undefined ? profiles.flatMap(({ store }) => store ?? []) : [named];
  const found: StoreCoverage[] = [];
  for (const store of new Set(stores)) found.push(await coverageOfStore(store, open));
  return found;
}

async function coverageOfStore(store: string, open: OpenHost): Promise<StoreCoverage> {
  const [, to = store, , endpointUrl] = destinationFlags({ text: store });
  const host = open(endpointUrl);
  try {
    const reader = await host.openReader(parseStoreAddress(to, '--store'));
    try {
      const { coverage, logs, isWhole } = await readCoverage(reader, host.clock.now());
      if (logs === 0) return { store, coverage: null, why: 'there is no log in it', isWhole: false };
      return { store, coverage, why: null, isWhole };
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    return { store, coverage: null, why: error.message, isWhole: false };
  }
}

/** Writes the page of one store. Throws `usage` where there are several, and `source-unreadable` where its log can't be read. */
export async function writeCoveragePage(
  file: string,
  stores: readonly StoreCoverage[],
  host: VerifyHost,
): Promise<void> {
  const [only, ...others] = stores;
  if (only === undefined || others.length > 0)
    throw new AuditExportError('usage', `A page is of one store, and there are ${stores.length}.`, {
      cure: 'Name it with --store s3://BUCKET/PREFIX or --profile NAME.',
    });
  if (only.coverage === null)
    throw new AuditExportError(
      'source-unreadable',
      `The coverage of ${only.store} can't be shown: ${only.why ?? ''}`,
      {
        cure: 'Read it with credentials that have s3:ListBucket and s3:GetObject on the prefix.',
      },
    );
  const at = new Date(host.clock.now()).toISOString();
  const { coverage, store } = only;
  await host.writeText(file, renderCoveragePage({ coverage, store, at, verification: undefined }));
}
