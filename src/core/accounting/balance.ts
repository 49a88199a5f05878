import type { Balance } from '../../ports/state/run-history.ts';

/** What can become of a line; `undelivered` only in a run that did not end well (it was interrupted, or failed). */
export const lineOutcomes = [
  'delivered',
  'alreadyDelivered',
  'duplicate',
  'notSelected',
  'ignored',
  'quarantined',
  'blank',
  'undelivered',
] as const;

export const balanceMembers = ['read', ...lineOutcomes] as const satisfies readonly (keyof Balance)[];

/** The balance of nothing, as new. */
export function emptyBalance(): Balance {
  return Object.fromEntries(balanceMembers.map((member) => [member, 0])) as Balance;
}

/** Lines that are in the sum but not among those read, or the other way round: 0 if the sheet is right. */
export function imbalance(balance: Balance): number {
  return balance.read - lineOutcomes.reduce((sum, outcome) => sum + balance[outcome], 0);
}
