import * as fc from 'fast-check';
import { test } from 'vitest';
import { inputCount, kindCount, LogModel, settingCount } from './log-model.ts';

/** What happens to a log, its store, and whoever delivers it. */
type Step = readonly [name: keyof typeof steps, number];

/** What each step does; the number means what the step makes of it. */
const steps = {
  append: (model: LogModel, n: number) => model.append(1 + (n % 12)),
  half: (model: LogModel) => model.appendOpen(false),
  open: (model: LogModel) => model.appendOpen(true),
  rotate: (model: LogModel, n: number) => model.rotate(n % kindCount),
  moveElsewhere: (model: LogModel) => model.moveElsewhere(),
  bringBack: (model: LogModel) => model.bringBack(),
  replace: (model: LogModel, n: number) => model.replace(1 + (n % 8)),
  newFile: (model: LogModel, n: number) => model.newFile(1 + (n % 8)),
  take: (model: LogModel) => model.takeObjects(),
  settings: async (model: LogModel, n: number) => {
    model.changeSettings(n % settingCount);
    await Promise.resolve();
  },
  push: (model: LogModel) => model.push(),
  follow: (model: LogModel) => model.follow(),
  refused: (model: LogModel, n: number) => model.pushRefused(1 + (n % 5)),
  killed: (model: LogModel, n: number) => model.pushKilled(1 + (n % 5), n % 2 === 0),
  torn: (model: LogModel, n: number) => model.pushTorn(1 + (n % 8)),
  full: (model: LogModel, n: number) => model.pushOnFullDisk(1 + (n % 30)),
  reread: (model: LogModel) => model.rereadAll(),
} as const;

type Weights = Partial<Record<keyof typeof steps, number>>;

const writing: Weights = {
  append: 6,
  half: 1,
  open: 1,
  rotate: 5,
  moveElsewhere: 1,
  bringBack: 1,
  replace: 2,
  newFile: 1,
  take: 2,
  settings: 1,
};
const pushing: Weights = { push: 6, refused: 2, killed: 3, torn: 2, full: 2, reread: 1 };
const following: Weights = { push: 2, killed: 1, follow: 4 };

const stepsOf = (weights: Weights, maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      ...Object.entries(weights).map(([name, weight]) => ({
        weight,
        arbitrary: fc.tuple(fc.constant(name as keyof typeof steps), fc.nat(1000)),
      })),
    ),
    { minLength: 4, maxLength, size: 'max' },
  );

/** For a longer run: AUDIT_EXPORT_TEST_RUNS=1000 AUDIT_EXPORT_TEST_SEED=random. */
const { AUDIT_EXPORT_TEST_RUNS: runs } = process.env;

const bounds = (usualRuns: number): fc.Parameters<unknown> => ({
  numRuns: Number(runs ?? usualRuns),
  endOnFailure: runs !== undefined,
  // On a machine that is busy fewer runs are made; a failure is told as it was found.
  ...(runs === undefined ? { interruptAfterTimeLimit: 15_000 } : {}),
});
const timeout = runs === undefined ? 60_000 : 3_600_000;

async function play(
  input: number,
  played: readonly Step[],
  end: (model: LogModel) => Promise<void>,
): Promise<void> {
  const model = new LogModel(input);
  try {
    await model.begin();
    for (const [name, n] of played) await steps[name](model, n);
    await end(model);
  } finally {
    await model.close();
  }
}

test(
  'whatever happens to a log between pushes: each line once, each byte as it was, and what is missing is told',
  { timeout },
  async () => {
    const property = fc.asyncProperty(
      fc.nat(inputCount - 1),
      stepsOf({ ...writing, ...pushing }, 30),
      (input, played) => play(input, played, (model) => model.end()),
    );
    await fc.assert(property, bounds(25));
  },
);

test('whatever happens to a log between followers and pushes: the same', { timeout }, async () => {
  const property = fc.asyncProperty(
    fc.nat(inputCount - 1),
    stepsOf({ ...writing, ...following }, 14),
    (input, played) => play(input, played, (model) => model.end(() => model.follow())),
  );
  await fc.assert(property, bounds(4));
});
