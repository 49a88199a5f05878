import { AuditExportError } from '../../errors.ts';

/** Nothing in IAM takes longer. */
const mostMs = 3_600_000;
const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, '': 1000, m: 60_000 };

/** Reads `90s`, `2m`, `1500ms` or a number of seconds as milliseconds. Throws `usage`. */
export function parseWait(text: string): number {
  const [, number, unit = ''] = /^(\d{1,7})(ms|s|m)?$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (unitsMs[unit] ?? 1000);
  if (ms <= mostMs) return ms;
  throw new AuditExportError('usage', `--wait: ${JSON.stringify(text)} is no time to wait.`, {
    cure: 'Use a number of seconds up to an hour, such as 90s or 2m.',
  });
}
