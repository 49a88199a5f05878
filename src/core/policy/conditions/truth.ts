/** Whether something holds; undefined where that depends on what nobody can say from here. */
export type Truth = boolean | undefined;

/** AND: one that does not hold decides, then one that is not known. */
export function allHold(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

/** OR: one that holds decides, then one that is not known. */
export function anyHolds(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}
