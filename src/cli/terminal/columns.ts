/** The width of a terminal, and undefined elsewhere: nothing is broken there. Some terminals say 0 until they are shown. */
export function columnsOf({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number | undefined {
  if (isTTY !== true) return undefined;
  return columns === undefined || columns === 0 ? 80 : columns;
}
