const { AUDIT_EXPORT_TEST_RUNS: given } = process.env;

/** How often a property is tried: as often as is usual for it, or AUDIT_EXPORT_TEST_RUNS times, for a longer play. */
export function runs(usual: number): number {
  return Number(given ?? usual);
}
