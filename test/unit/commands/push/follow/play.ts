import { seeded } from '../../../../soak/log-writer.ts';
import type { Way } from './followed-folder.ts';
import { FollowedFolder } from './followed-folder.ts';
import type { RotationKind } from './rotated-log.ts';
import { RotatedLog } from './rotated-log.ts';

/** A follower, or pushes, and a log that is rotated, in an order that the seed decides; says what went wrong, and what happened. */
export async function play(
  seed: number,
  { kinds, way }: { kinds: readonly RotationKind[]; way: Way },
  folder: string,
): Promise<string[]> {
  const chance = seeded(seed * 7919);
  const happened: string[] = [];
  const log = new RotatedLog(folder, chance);
  const steps = log.steps(3, kinds);
  const progress = { isOver: false };
  const step = (): void => {
    const next = steps.next();
    if (next.done === true) {
      progress.isOver = true;
      return;
    }
    happened.push(next.value.what);
    next.value.run();
  };
  let eagerness = 0;
  const follower = new FollowedFolder([folder], {
    way,
    between: () => {
      if (chance() < eagerness) step();
    },
    tell: (what) => happened.push(what),
  });
  const look = async (): Promise<void> => {
    happened.push('look {');
    await follower.scan();
    happened.push('}');
  };
  const during = async (): Promise<boolean> => {
    happened.push('under way');
    for (let times = Math.floor(chance() * 5); times > 0; times--)
      if (chance() < 0.5) step();
      else await look();
    return !progress.isOver && chance() < 0.1;
  };
  const batch = async (isWhole: boolean): Promise<void> => {
    happened.push('batch {');
    await follower.batch(isWhole, during);
    happened.push('}');
  };
  step();
  await follower.start();
  for (let turn = 0; !progress.isOver; turn++) {
    // Half of the time what happens falls between two looks; else between any two reads of one.
    eagerness = chance() < 0.5 ? 0 : 0.1;
    const luck = chance();
    if (luck < 0.5) step();
    else if (luck < 0.8) await look();
    else await batch(turn === 0 || chance() < 0.1);
  }
  for (const isWhole of [false, false, true]) {
    await look();
    await batch(isWhole);
  }
  await follower.stop();
  const wrong = [...follower.problems, ...differences(log.written, follower.delivered)];
  return wrong.length === 0 ? [] : [`seed ${seed}`, ...wrong, ...happened];
}

function differences(written: readonly string[], delivered: readonly string[]): string[] {
  const left = new Map(written.map((line) => [line, 1]));
  for (const line of delivered) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left]
    .filter(([, times]) => times !== 0)
    .map(([line, times]) => `${times > 0 ? 'lost' : 'twice'}: ${line.slice(0, 10)}`);
}
