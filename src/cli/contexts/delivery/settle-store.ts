import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { bucketPerhaps } from '../../../core/config/store-address.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { AuditExportError } from '../../../errors.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/**
 * Options whose `to` is plain: `acme-audit/altr` is a bucket whose s3:// was forgotten, or a folder that is to be made, and where there
 * is no such folder a person is asked. Throws `usage` where nobody can be.
 */
export async function settleStore<T extends GlobalOptions & { to?: unknown }>(
  options: T,
  context: CliContext,
): Promise<T> {
  const { to } = options;
  if (typeof to !== 'string') return options;
  const bucket = bucketPerhaps(to);
  const [first = ''] = to.trim().split('/');
  if (bucket === undefined || existsSync(resolve(context.workingFolder, first))) return options;
  const { buildConsent } = await import('../access/iam-context.ts');
  const { yes, canAsk, prompter } = buildConsent(context, options);
  if (!yes && !canAsk)
    throw new AuditExportError('usage', `--to ${to}: there is no such folder, and it may be a bucket.`, {
      cure: `Use --to ${bucket} for the bucket, or --to ./${to.trim()} for a folder that is to be made.`,
    });
  const asked = {
    name: 'to',
    message: `Deliver to the bucket ${bucket}?`,
    help: `No: a folder ${to.trim()} is made here. --to ./${to.trim()} is always a folder.`,
    preset: true,
  };
  const isBucket = yes || (await (await prompter()).confirm(asked));
  return isBucket ? { ...options, to: bucket } : options;
}
