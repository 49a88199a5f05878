import type { EmulatorAccess } from '../../../ports/aws/emulator.ts';
import { emptyAccount, type Directory, type Entity } from './directory.ts';
import { secretKey, uniqueId } from './identifiers.ts';
import { createVersioned } from './versioned.ts';

/** A user that is there from the start. */
export interface FirstUser {
  readonly accountId: string;
  readonly userName: string;
  /** The one statement of the user's only policy. */
  readonly action: string;
}

/** The customer's administrator, the vendor's exporter, and an exporter in the customer's own account. */
export const accounts = {
  customer: { accountId: '111122223333', userName: 'admin', action: '*' },
  vendor: { accountId: '444455556666', userName: 'exporter', action: 'sts:AssumeRole' },
  sameAccount: { accountId: '111122223333', userName: 'exporter', action: 'sts:AssumeRole' },
} as const satisfies Record<string, FirstUser>;

/** Accounts with their first users, and fresh access keys for them. */
export function firstDirectory(now: number): Directory {
  const directory: Directory = { accounts: new Map(), keys: new Map(), sessions: new Map() };
  for (const first of Object.values(accounts)) {
    const account = directory.accounts.get(first.accountId) ?? emptyAccount(first.accountId);
    directory.accounts.set(first.accountId, account);
    account.users.set(first.userName, firstUser(first, now));
    const id = uniqueId('AKIA', 16);
    const { accountId, userName } = first;
    directory.keys.set(id, {
      id,
      secret: secretKey(),
      account: accountId,
      userName,
      createdAt: now,
      status: 'Active',
    });
  }
  return directory;
}

/** The credentials of a first user. */
export function accessOf(directory: Directory, first: FirstUser): EmulatorAccess {
  const keys = [...directory.keys.values()];
  const key = keys.find(
    ({ account, userName }) => account === first.accountId && userName === first.userName,
  );
  return {
    accountId: first.accountId,
    principalArn: arnOf(first),
    accessKeyId: key?.id ?? '',
    secretAccessKey: key?.secret ?? '',
  };
}

function firstUser(first: FirstUser, now: number): Entity {
  const document = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: first.action, Resource: '*' },
  };
  return {
    kind: 'user',
    account: first.accountId,
    name: first.userName,
    path: '/',
    arn: arnOf(first),
    uniqueId: uniqueId('AIDA'),
    createdAt: now,
    // There since ever: no delay holds it back.
    grants: {
      ...createVersioned(
        { inline: { all: JSON.stringify(document) }, attached: [], boundary: undefined, trust: undefined },
        now,
      ),
      past: [],
    },
    description: undefined,
    maxSessionSeconds: 3600,
    tags: new Map(),
    lastUsedAt: undefined,
  };
}

function arnOf(first: FirstUser): string {
  return `arn:aws:iam::${first.accountId}:user/${first.userName}`;
}
