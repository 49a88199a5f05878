import type { GeneratedInput, InputLine } from './generated-input.ts';
import type { Export } from './read-export.ts';
import { dayFolder } from './read-export.ts';
import type { PushRun, RunningCli } from './run-cli.ts';
import { withReport } from './run-cli.ts';

/** Fractions of 0 to 1, the same in every run. */
export function seededFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What is not as promised where the order between files is nobody's: each event once, byte for byte, in its folder. */
export function missingOrDoubled(events: readonly InputLine[], { objects, faults }: Export): string[] {
  const count = new Map<string, number>();
  const add = (folder: string, line: string, by: number): void => {
    const name = `${folder} ${line}`;
    count.set(name, (count.get(name) ?? 0) + by);
  };
  for (const event of events) add(dayFolder(event), event.bytes.toString('latin1'), 1);
  for (const { folder, lines } of objects) for (const line of lines) add(folder, line, -1);
  const wrong = [...count].filter(([, left]) => left !== 0);
  return [
    ...faults,
    ...wrong.slice(0, 5).map(([name, left]) => `${left > 0 ? 'missing' : 'doubled'}: ${name}`),
  ];
}

/** Lines in all objects. */
export const storedLines = (found: Export): number =>
  found.objects.reduce((sum, { lines }) => sum + lines.length, 0);

/** The pieces between two lines of an input. */
export function slice({ bytes, lines }: GeneratedInput, from: number, to: number): Buffer {
  const start = lines[from]?.byteOffset ?? bytes.length;
  return bytes.subarray(start, lines[to]?.byteOffset ?? bytes.length);
}

/** Tells a follower to stop, and waits for its report. */
export async function stop(run: RunningCli): Promise<PushRun> {
  run.child.kill('SIGTERM');
  return withReport(await run.ended);
}
