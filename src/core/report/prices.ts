/** What AWS charges, as its price lists say; all else is computed from this. */
export const prices = {
  /** When this was looked up, and for which region. */
  asOf: '2026-11-30',
  region: 'us-east-1',
  sources: ['https://aws.amazon.com/s3/pricing/', 'https://aws.amazon.com/athena/pricing/'],
  /** USD for one PUT, and for one GET, of S3 Standard. */
  put: 0.005 / 1000,
  get: 0.0004 / 1000,
  /** USD for a byte that Athena reads, as stored, and the least bytes that a query is billed for. */
  scannedByte: 5 / 1e12,
  leastScan: 10_000_000,
} as const;

/** What a query of Athena costs that reads so many bytes, in USD. */
export function scanPrice(bytes: number): number {
  return Math.max(bytes, prices.leastScan) * prices.scannedByte;
}

/** A month of days like those of a run: objects, and what it costs in USD to store them, to read each once, and to scan all once. */
export interface MonthlyCost {
  objects: number;
  putUsd: number;
  getUsd: number;
  scanUsd: number;
}

const dayMs = 86_400_000;
const daysOfMonth = 30;

/** Undefined where there is no object. `earliest` and `latest` are ISO 8601; all days from the one to the other count. */
export function monthOf({
  objects,
  compressedBytes,
  earliest,
  latest,
}: {
  objects: readonly unknown[];
  compressedBytes: number;
  earliest: string | null;
  latest: string | null;
}): MonthlyCost | undefined {
  if (objects.length === 0 || earliest === null || latest === null) return undefined;
  const dayOf = (time: string): number => Math.floor(Date.parse(time) / dayMs);
  const times = daysOfMonth / (dayOf(latest) - dayOf(earliest) + 1);
  const count = Math.ceil(objects.length * times);
  return {
    objects: count,
    putUsd: count * prices.put,
    getUsd: count * prices.get,
    scanUsd: scanPrice(compressedBytes * times),
  };
}
