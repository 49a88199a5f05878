/**
 * What became of the lines of a run. Every line read is in exactly one of the other numbers; `undelivered` is not zero
 * only in a run that did not end well (it was interrupted, or failed).
 */
export interface Balance {
  read: number;
  delivered: number;
  alreadyDelivered: number;
  duplicate: number;
  notSelected: number;
  quarantined: number;
  blank: number;
  undelivered: number;
}

/** Lines that are in the sum but not among those read, or the other way round: 0 if the sheet is right. */
export function imbalance(balance: Balance): number {
  const { read, delivered, alreadyDelivered, duplicate, notSelected, quarantined, blank, undelivered } =
    balance;
  return read - (delivered + alreadyDelivered + duplicate + notSelected + quarantined + blank + undelivered);
}

export const emptyBalance: Balance = {
  read: 0,
  delivered: 0,
  alreadyDelivered: 0,
  duplicate: 0,
  notSelected: 0,
  quarantined: 0,
  blank: 0,
  undelivered: 0,
};
