import { cpSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

/**
 * Faults of a folder that is the store, at the n-th object. An object gets its name by `link`: that is where the fault
 * is. Named imports of a built-in module are bindings that follow `syncBuiltinESMExports`.
 */

const link = fs.link;
const faults = new Map<string, (linkIt: () => Promise<void>) => Promise<void>>();

fs.link = async (from, to) => {
  const linkIt = (): Promise<void> => link(from, to);
  for (const [folder, fault] of faults)
    if (String(to).startsWith(folder + sep) && !String(to).includes(`${sep}_`)) return await fault(linkIt);
  return await linkIt();
};
syncBuiltinESMExports();

/** An error that no second try may mend, so that nothing is waited for. */
function refused(): Error {
  return Object.assign(new Error('the store takes no more'), { code: 'ENAMETOOLONG' });
}

/** Runs something while the folder refuses its n-th object (from 1) and all that follow. */
export async function refusingFrom<T>(folder: string, nth: number, run: () => Promise<T>): Promise<T> {
  let count = 0;
  return await refusingWhen(folder, () => ++count >= nth, run);
}

/** Runs something while the folder refuses objects as is said. */
export async function refusingWhen<T>(
  folder: string,
  isRefused: () => boolean,
  run: () => Promise<T>,
): Promise<T> {
  return await withFault(folder, run, async (linkIt) => {
    if (isRefused()) throw refused();
    await linkIt();
  });
}

/** A moment: before the n-th object (from 1) has its name, or after. */
export interface Moment {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/**
 * Runs something as if the process were killed at this moment: no object is stored after it, and the state folder is left
 * as it stood then, but for the lock, whose holder (this process) lives on. Answers whether the moment came.
 */
export async function killedAt(
  { store, state }: { store: string; state: string },
  { nth, when }: Moment,
  run: () => Promise<unknown>,
): Promise<boolean> {
  const kept = `${state}-kept`;
  let count = 0;
  const keep = (): void => {
    cpSync(state, kept, { recursive: true, filter: (path) => !/lock/.test(path.slice(state.length)) });
  };
  await withFault(store, run, async (linkIt) => {
    count += 1;
    const mine = count;
    if (mine === nth && when === 'before') keep();
    if (mine > nth || (mine === nth && when === 'before')) throw refused();
    await linkIt();
    if (mine === nth) keep();
  });
  if (count < nth) return false;
  rmSync(state, { recursive: true });
  cpSync(kept, state, { recursive: true });
  rmSync(kept, { recursive: true });
  return true;
}

/** Runs something while every object waits; `onHeld` is called when the first one does. */
export async function holding<T>(
  folder: string,
  { until, onHeld }: { until: Promise<void>; onHeld: () => void },
  run: () => Promise<T>,
): Promise<T> {
  return await withFault(folder, run, async (linkIt) => {
    onHeld();
    await until;
    await linkIt();
  });
}

async function withFault<T>(
  folder: string,
  run: () => Promise<T>,
  fault: (linkIt: () => Promise<void>) => Promise<void>,
): Promise<T> {
  faults.set(folder, fault);
  try {
    return await run();
  } finally {
    faults.delete(folder);
  }
}
