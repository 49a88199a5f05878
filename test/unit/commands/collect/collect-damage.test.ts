import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectSnowflake } from '../../../../src/commands/collect/index.ts';
import {
  collectHost,
  collectRequest,
  expectedOf,
  faultsOf,
  hourMs,
  recordsIn,
} from '../../../e2e/collect-kit.ts';
import { keptLog } from '../../../fakes/kept-log.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { cursor, prepare, since, startMs } from './prepare.ts';

describe('what is damaged beside the journal stops nothing for good', () => {
  /** A run whose first batch was begun and is not in the store; and where its state lies. */
  async function begun(): Promise<ReturnType<typeof prepare> & { below: (name: string) => string }> {
    const prepared = prepare();
    const { world, folder } = prepared;
    const store = new MemoryStore({ failure: () => new Error('the disk is full') });
    await collectSnowflake(collectRequest(since), collectHost({ session: world.session(), folder, store }));
    const [destination = ''] = await readdir(folder);
    return { ...prepared, below: (name) => join(folder, destination, cursor, name) };
  }

  test.each([
    ['cut', (file: string) => truncate(file, 10)],
    ['gone', (file: string) => rm(file)],
  ])('an answer that is %s is told, and its window read again', async (_, damage) => {
    const { world, host, store, below } = await begun();
    const answers = await readdir(below('answers'));
    for (const name of answers) if (name.endsWith('.kept')) await damage(join(below('answers'), name));
    const log = keptLog();
    const report = await collectSnowflake(collectRequest(since), { ...host, push: { ...host.push, log } });
    expect(report).toMatchObject({ exitCode: 0, resumedBatches: 0, windows: 9 });
    expect(log.told.map(({ event }) => event)).toEqual(['dropped']);
    const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 9 * hourMs);
    expect(faultsOf(recordsIn(store), due)).toEqual([]);
    expect(await readdir(below('answers'))).toEqual([]);
  });

  test('a file of seen queries that is none is named, with what removing it means; then it goes on', async () => {
    const { host, store, world, below } = await begun();
    await collectSnowflake(collectRequest(since), host);
    const [name = ''] = await readdir(below('seen'));
    await writeFile(join(below('seen'), name), 'x'.repeat(100_000));
    world.clock.nowMs += hourMs;
    const { error, exitCode } = await collectSnowflake(collectRequest(since), host);
    expect([exitCode, error?.code]).toEqual([3, 'config-invalid']);
    expect(error?.message).toContain(join(below('seen'), name));
    expect(error?.cure).toMatch(/^Remove that file: queries that it knew are read once more/);
    const elsewhere = await collectSnowflake(collectRequest({ ...since, to: 'elsewhere' }), host);
    expect(elsewhere.error).toBeNull();
    await rm(join(below('seen'), name));
    expect(await collectSnowflake(collectRequest(since), host)).toMatchObject({ error: null, exitCode: 0 });
    const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 10 * hourMs);
    expect(faultsOf(recordsIn(store), due).filter((fault) => fault.startsWith('missing'))).toEqual([]);
  });
});
