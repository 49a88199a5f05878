import type { Verb } from '../verb.ts';

/** Verbs that are run often, in small jobs, and by machines: they are loaded without the others. */
const alone: Readonly<Record<string, () => Promise<Verb>>> = {
  push: async () => (await import('./delivery/push.ts')).pushVerb,
  find: async () => (await import('./readers/find.ts')).findVerb,
  status: async () => (await import('./delivery/status.ts')).statusVerb,
};

/** The verbs that a command line may mean: those whose first word it begins with, or all. */
export async function verbsFor([first = '']: readonly string[]): Promise<readonly Verb[]> {
  const load = Object.hasOwn(alone, first) ? alone[first] : undefined;
  if (load !== undefined) return [await load()];
  const { verbs } = await import('./index.ts');
  const meant = verbs.filter(({ path }) => path[0] === first);
  return meant.length === 0 ? verbs : meant;
}
