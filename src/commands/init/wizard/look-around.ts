import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { BucketLook } from '../../../ports/aws/bucket-admin.ts';
import { bucketNotes } from '../bucket-notes.ts';
import { askYesOrNo, back } from './yes-or-no.ts';
import type { Wizard } from './wizard.ts';

/** The region to ask from before it is known. */
const firstRegion = 'us-east-1';

/** Finds out whose credentials are at hand, if any. That there are none is a note, not an error. */
export async function lookAtCaller(wizard: Wizard): Promise<void> {
  const { host, profileName } = wizard;
  try {
    const iam = await host.openIam(regionToAskFrom(wizard), profileName);
    try {
      wizard.caller = await iam.admin.caller();
    } finally {
      await iam.admin.close();
    }
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    host.say(`Nothing is looked at in AWS: ${error.message}`, 'faint');
    return;
  }
  wizard.online = true;
  const { caller } = wizard;
  if (caller !== undefined)
    host.say(`The credentials at hand are ${caller.arn} (account ${caller.account}).`, 'faint');
}

/**
 * Looks at the bucket, where there is somebody to look, and says what it is like. Asks whether to make a missing one; whoever
 * is asked may go back instead.
 */
export async function lookAtBucket(wizard: Wizard, canGoBack: boolean): Promise<'back' | 'looked'> {
  const { host, caller, before, isSetUp } = wizard;
  const { bucket } = wizard.answers;
  if (bucket === undefined || !wizard.online) return 'looked';
  const look = await lookFrom(wizard, bucket);
  if (look === undefined) return 'looked';
  wizard.look = look;
  for (const { text, tone } of bucketNotes(look, caller?.account)) host.say(`  ${text}`, tone);
  // A bucket that was begun and not finished: what is left is done when the rest is applied.
  const begun = before?.setup?.unfinishedBucket === bucket && !isSetUp;
  const wanted = look.existence === 'missing' ? await wantsBucket(wizard, bucket, canGoBack) : begun;
  if (wanted === back) return 'back';
  wizard.createBucket = wanted;
  return 'looked';
}

async function lookFrom(wizard: Wizard, bucket: string): Promise<BucketLook | undefined> {
  const { host, caller, reach } = wizard;
  try {
    const buckets = await host.openBuckets(reach);
    return await buckets.look(bucket, regionToAskFrom(wizard), caller?.account);
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    host.say(`The bucket could not be looked at: ${error.message}`, 'faint');
    return undefined;
  }
}

function regionToAskFrom({ options, answers, host }: Wizard): string {
  return options.region ?? answers.region ?? host.ambientRegion ?? firstRegion;
}

async function wantsBucket(
  { host, options }: Wizard,
  bucket: string,
  canGoBack: boolean,
): Promise<boolean | typeof back> {
  if (options.createBucket !== undefined) return options.createBucket;
  if (options.yes) return true;
  const handedOver = options.request !== undefined || options.receipt !== undefined;
  if (!host.canAsk || options.print || options.save || handedOver) return false;
  return askYesOrNo(host.prompter, canGoBack, {
    name: 'create-bucket',
    message: `Make the bucket ${bucket} when the rest is applied?`,
    help: 'Closed to the public, owner enforced, encrypted, TLS only. No Object Lock.',
  });
}

/** Nothing is applied for a bucket that is not there and shall not be made. */
export function missingBucket(bucket: string): AuditExportError {
  return new AuditExportError('no-such-bucket', `Nothing was applied: there is no bucket ${bucket}.`, {
    cure: 'Add --create-bucket to have it made, or correct --bucket.',
  });
}
