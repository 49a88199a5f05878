import { expect, test } from 'vitest';
import { BucketObjects } from '../../../../src/commands/push/sources/bucket-objects.ts';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { DeliveredObject } from '../../../../src/ports/state/delivered-objects.ts';

const source = {
  name: 's3://raw/day/a.jsonl.gz',
  storedBytes: 900,
  object: { etag: '"e"', size: 900 },
  read: async function* () {
    yield Buffer.alloc(0);
  },
};

function records(): { kept: DeliveredObject[]; add: (more: readonly DeliveredObject[]) => Promise<void> } {
  const kept: DeliveredObject[] = [];
  return { kept, add: async (more) => void kept.push(...more) };
}

test('an object whose reading broke off is known by what was delivered of it, and once as a whole', async () => {
  const { kept, add } = records();
  const all = async function* (): AsyncGenerator<DeliveredObject> {
    yield* kept;
  };
  const cursors = new Map<string, unknown>();
  const settle = async (lines: Record<string, number>, failure?: AuditExportError): Promise<void> => {
    const objects = new BucketObjects({ add, all }, [source]);
    const [part] = await objects.fresh(cursors);
    if (part === undefined) throw new Error('nothing is new');
    const account = new SourceAccount({ source });
    if (failure !== undefined) account.breakOff(failure, 0);
    account.addContent(Buffer.from('1234\n'), 5);
    for (const [name, cursor] of Object.entries(await objects.settle([{ part, account, lines }])))
      cursors.set(name, cursor ?? undefined);
  };
  const known = async (read: Map<string, Record<string, number>> = new Map()): Promise<unknown> => {
    const objects = new BucketObjects({ add, all }, [source]);
    await objects.fresh(cursors);
    return objects.known(read);
  };
  await settle({ query: 3 }, new AuditExportError('source-broken', 'It broke off.'));
  expect(await known()).toEqual([{ name: 's3://raw/day/', delivered: { query: 3 } }]);
  await settle({ query: 4, system: 1 });
  expect(await known()).toEqual([{ name: 's3://raw/day/', delivered: { query: 7, system: 1 } }]);
  expect(await known(new Map([[source.name, { query: 7 }]]))).toEqual([
    { name: 's3://raw/day/', delivered: { system: 1 } },
  ]);
});
