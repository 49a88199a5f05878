import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRegion } from '../adapters/aws/aws-profile.ts';
import { openIamAdmin } from '../adapters/aws/iam-admin.ts';
import { stateFolder } from '../adapters/fs/config-file.ts';
import { ReceiptFiles } from '../adapters/fs/receipt-file.ts';
import type { Consent } from '../commands/iam/confirm.ts';
import type { IamHost, ReceiptStore } from '../commands/iam/iam-host.ts';
import type { GlobalOptions } from '../core/config/global-settings.ts';
import type { PlannedChange } from '../core/setup/change.ts';
import { AuditExportError } from '../errors.ts';
import type { IamAdmin } from '../ports/iam-admin.ts';
import type { CliContext } from './terminal-context.ts';

/** Which IAM, and whose receipt. */
export interface IamPlace {
  region: string;
  /** Profile whose state folder keeps the receipt. */
  profile: string | undefined;
  /** Besides, for somebody to take along. */
  receiptFile?: string | undefined;
  /** Instead of the two. */
  receipts?: ReceiptStore;
  onChange?: (change: PlannedChange) => void;
}

/** The region that the environment or the AWS profile names. */
export async function ambientRegion({ environment }: CliContext): Promise<string | undefined> {
  return findRegion(environment);
}

/** IAM of the credentials at hand. Throws where there are none. */
export async function openAdmin(
  { environment }: CliContext,
  { region }: Pick<IamPlace, 'region'>,
): Promise<IamAdmin> {
  return openIamAdmin({ region }, environment);
}

/** What `apply` and `destroy` need of the world. */
export async function buildIamHost(context: CliContext, place: IamPlace): Promise<IamHost> {
  return {
    admin: await openAdmin(context, place),
    clock: { now: () => Date.now() },
    signal: context.signal,
    receipts: place.receipts ?? openReceipts(context, place),
    onChange: place.onChange ?? (() => undefined),
  };
}

/** The receipt in the profile's state folder; a file named besides gets a copy, and is read where there is no other. */
export function openReceipts(
  context: CliContext,
  { profile, receiptFile }: Pick<IamPlace, 'profile' | 'receiptFile'>,
): ReceiptStore {
  return new ReceiptFiles([
    receiptPath(context, profile),
    ...(receiptFile === undefined ? [] : [receiptFile]),
  ]);
}

/** The receipt that was named and no other, else the profile's. */
export function openReceiptToFollow(
  context: CliContext,
  { profile, receiptFile }: Pick<IamPlace, 'profile' | 'receiptFile'>,
): ReceiptStore {
  return new ReceiptFiles([receiptFile ?? receiptPath(context, profile)]);
}

function receiptPath({ environment }: CliContext, profile: string | undefined): string {
  return join(stateFolder(environment, profile), 'access-receipt.json');
}

/** Whether changes are agreed to already, and whom to ask where they are not. */
export function buildConsent(context: CliContext, options: GlobalOptions): Consent {
  const { stdin, stderr, environment, signal } = context;
  return {
    yes: options.yes,
    canAsk: stdin.isTTY === true && stderr.isTTY === true && !options.noInput,
    prompter: async () => {
      const { InquirerPrompter } = await import('../adapters/terminal/inquirer-prompter.ts');
      const colours = !options.noColor && (environment['NO_COLOR'] ?? '') === '';
      return new InquirerPrompter({ input: stdin, output: stderr, colours, signal });
    },
  };
}

/** Reads a file that a flag names. Throws `document-invalid`. */
export async function readNamedFile(file: string, flag: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditExportError('document-invalid', `${file} can't be read: ${(error as Error).message}.`, {
      cure: `Check the path after --${flag}.`,
      cause: error,
    });
  });
}

/** Writes a file that a flag names, its folder included. Throws `usage` where it can't be written. */
export async function writeNamedFile(file: string, text: string, flag: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new AuditExportError('usage', `${file} can't be written: ${(error as Error).message}.`, {
      cure: `Check the path after --${flag}.`,
      cause: error,
    });
  }
}
