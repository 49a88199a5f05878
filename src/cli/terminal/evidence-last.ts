import type { Log } from '../../ports/terminal/log.ts';
import type { CliContext } from './terminal-context.ts';

/** How a run ended that could not do what it was for. */
interface Ended {
  error: { code: string } | null;
}

/**
 * Does a run and shows its report, and what is wrong with the log of deliveries behind that: first comes what the run was for. What
 * the log fails with as the run does is said once. Throws what the run throws.
 */
export async function evidenceLast<T extends Ended>(
  context: CliContext,
  run: (context: CliContext) => Promise<T>,
  show: (report: T) => number,
): Promise<number> {
  const held: Parameters<Log['warn']>[] = [];
  const warn: Log['warn'] = (...told) => {
    if (told[0] === 'evidence') held.push(told);
    else context.log.warn(...told);
  };
  const tellHeld = (failure?: string): void => {
    for (const told of held) if (told[2]?.['code'] !== failure) context.log.warn(...told);
  };
  let report: T;
  try {
    report = await run({ ...context, log: { ...context.log, warn } });
  } catch (error) {
    tellHeld((error as Partial<{ code: string }>).code);
    throw error;
  }
  const exitCode = show(report);
  tellHeld(report.error?.code);
  return exitCode;
}
