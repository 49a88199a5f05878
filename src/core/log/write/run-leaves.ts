import type { PushResult } from '../../push/push-sources.ts';
import type { SourceAccount } from '../../push/source-part.ts';
import type { BeginLeaf, EndLeaf, Leaf, SourceLeaf } from '../leaf.ts';
import { leafName } from '../leaf.ts';

/** A run, as its first leaf says it. */
export type RunBegin = Omit<BeginLeaf, 'kind' | 'time'> & { timeMs: number };

/** The first leaf of a run. */
export function beginLeaf({ timeMs, ...begin }: RunBegin): BeginLeaf {
  return { kind: 'begin', time: iso(timeMs), ...begin };
}

/**
 * What a run comes to: its sources, the objects that are durable, and its balance sheet, one by one. `prefix` is that of the
 * keys.
 */
export function* leavesOfRun(
  run: string,
  { account, sources, types, ended }: PushResult,
  { prefix, nowMs }: { prefix: string; nowMs: number },
): Generator<Leaf> {
  let sourceLeaves = 0;
  for (const source of sources)
    for (const leaf of sourceLeaf(run, source)) {
      sourceLeaves++;
      yield leaf;
    }
  for (const object of account.objects) {
    const { key, sha256, bytes, lines, earliestMs, latestMs, status, linesByType } = object;
    yield {
      kind: 'object',
      run,
      key: prefix === '' ? key : key.slice(prefix.length + 1),
      sha256,
      bytes,
      lines,
      first: iso(earliestMs),
      last: iso(latestMs),
      status: status === 'already-there' ? status : 'stored',
      types: Object.fromEntries([...linesByType].map(([index, count]) => [types[index] ?? '', count])),
    };
  }
  yield {
    kind: 'end',
    run,
    time: iso(nowMs),
    ended,
    balance: { ...account.balance() },
    objects: account.objects.length,
    sources: sourceLeaves,
    quarantined: Object.fromEntries(account.reasons),
    ignored: Object.fromEntries(account.ignored),
    lateness: Object.fromEntries(account.lateness.rows().map(({ age, lines }) => [age, lines])),
  };
}

/** The end of a run whose process is gone: what it read, and what it stored without saying so, nobody knows. */
export function endOfKilled(run: string, nowMs: number): EndLeaf {
  const unknown = { balance: {}, quarantined: {}, ignored: {}, lateness: {} };
  return {
    kind: 'end',
    run,
    time: iso(nowMs),
    ended: 'interrupted',
    objects: 0,
    sources: 0,
    ...unknown,
  };
}

/** A source of which nothing was read is left out. */
function sourceLeaf(run: string, source: SourceAccount): SourceLeaf[] {
  const { name, from, contentBytes, contentHash, lines } = source;
  if (contentBytes === 0 || contentHash === undefined) return [];
  const leaf = { kind: 'source' as const, run, name: leafName(name), from: from.offset, bytes: contentBytes };
  return [{ ...leaf, sha256: contentHash, lines: lines - from.lines }];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
