import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRegion } from '../../../adapters/aws/credentials/aws-profile.ts';
import { openIamAdmin } from '../../../adapters/aws/iam/iam-admin.ts';
import { ReceiptFiles } from '../../../adapters/fs/records/receipt-file.ts';
import {
  destinationFolders,
  openDestinationFolder,
  statePlaces,
} from '../../../adapters/fs/state/state-places.ts';
import type { Consent } from '../../../commands/iam/confirm.ts';
import type { IamHost, ReceiptStore } from '../../../commands/iam/iam-host.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { ProfilePlace } from '../../../core/config/destination.ts';
import type { DesiredAccess } from '../../../core/setup/desired/desired-access.ts';
import type { PlannedChange } from '../../../core/setup/plan/change.ts';
import { AuditExportError } from '../../../errors.ts';
import type { IamAdmin } from '../../../ports/aws/iam-admin.ts';
import { findDestination } from '../delivery/state-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Which IAM, and whose receipt. */
export interface IamPlace {
  region: string;
  /** Where the bucket is, if that is not AWS. */
  endpointUrl: string | undefined;
  receipts: ReceiptStore;
  /** The command that goes on where this one stopped. */
  again: string;
  onChange?: (change: PlannedChange) => void;
}

/** The region that the environment or the AWS profile names. */
export async function ambientRegion({ environment }: CliContext): Promise<string | undefined> {
  return findRegion(environment);
}

/** IAM of the credentials at hand. Throws where there are none. */
export async function openAdmin(
  { environment }: CliContext,
  { region, endpointUrl }: Pick<IamPlace, 'region' | 'endpointUrl'>,
): Promise<IamAdmin> {
  return openIamAdmin({ region, endpointUrl }, environment);
}

/** What `apply` and `destroy` need of the world. */
export async function buildIamHost(context: CliContext, place: IamPlace): Promise<IamHost> {
  return {
    admin: await openAdmin(context, place),
    clock: context.clock,
    signal: context.signal,
    receipts: place.receipts,
    again: place.again,
    onChange: place.onChange ?? (() => undefined),
  };
}

const receiptName = 'access-receipt.json';

/** The receipt in a state folder; a file named besides gets a copy, and is read where there is no other. */
export function openReceipts(folder: string, receiptFile?: string): ReceiptStore {
  const copies = receiptFile === undefined ? [] : [receiptFile];
  return new ReceiptFiles([join(folder, receiptName), ...copies]);
}

/** The folder that keeps the receipt of an access: the profile's, or that of its destination. Throws `state-not-written`. */
export async function receiptFolder(
  { desired: { bucket, prefix }, profile }: { desired: DesiredAccess; profile: ProfilePlace | undefined },
  endpointUrl: string | undefined,
  context: CliContext,
): Promise<string> {
  if (profile !== undefined) return statePlaces(context).profileFolder(profile);
  const destination = await findDestination({ kind: 's3', bucket, prefix }, endpointUrl, context);
  return openDestinationFolder(destination, context);
}

/** The file of the profile's receipt; without a profile the only one that was made without. Throws `no-receipt`. */
export async function receiptToFollow(
  profile: ProfilePlace | undefined,
  context: CliContext,
): Promise<string> {
  const places = statePlaces(context);
  if (profile !== undefined) return join(places.profileFolder(profile), receiptName);
  const kept = await destinationFolders(places);
  const found = kept.map(({ folder }) => join(folder, receiptName)).filter((file) => existsSync(file));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const why = only === undefined ? `none in ${places.root}` : `several: ${found.join(', ')}`;
  throw new AuditExportError('no-receipt', `It is not said which receipt to follow, and there are ${why}.`, {
    cure: 'Only what a receipt lists is removed: name one with --receipt FILE, or the profile with --profile.',
  });
}

/** Whether changes are agreed to already, and whom to ask where they are not. */
export function buildConsent(context: CliContext, options: GlobalOptions): Consent {
  const { stdin, stderr, environment, signal } = context;
  return {
    yes: options.yes,
    canAsk: stdin.isTTY === true && stderr.isTTY === true && !options.noInput,
    prompter: async () => {
      const { InquirerPrompter } = await import('../../../adapters/terminal/inquirer-prompter.ts');
      const colours = !options.noColor && (environment['NO_COLOR'] ?? '') === '';
      return new InquirerPrompter({ input: stdin, output: stderr, colours, signal });
    },
  };
}
