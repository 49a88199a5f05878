import { GlueClient, CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAthenaEngine } from '../../../src/adapters/aws/athena/athena-engine.ts';
import { openGlueCatalogue } from '../../../src/adapters/aws/athena/glue-catalogue.ts';
import { athenaSettings } from '../../../src/commands/consumers/athena/athena-settings.ts';
import { consumersAthena } from '../../../src/commands/consumers/athena/athena.ts';
import { resolveSettings } from '../../../src/core/config/setting.ts';
import type { Target } from '../../contract/target.ts';
import { hasMoto, environmentOf, startMoto } from './moto.ts';

describe.skipIf(!hasMoto)('consumers athena --apply', () => {
  let target: Target;
  let environment: Record<string, string>;

  beforeAll(async () => {
    target = await startMoto();
    environment = environmentOf(target);
    const s3 = new S3Client(clientOf());
    await s3.send(new CreateBucketCommand({ Bucket: 'acme-athena' }));
  }, 120_000);
  afterAll(() => target.stop());

  function clientOf() {
    const { accessKeyId, secretAccessKey } = target.customer;
    return {
      endpoint: target.endpoint ?? '',
      region: target.region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    };
  }

  function apply(words: Record<string, string> = {}) {
    const given = {
      from: 's3://acme-audit/altr',
      apply: 'true',
      'athena-results': 's3://acme-athena/r',
      ...words,
    };
    const flags = Object.fromEntries(Object.entries(given).map(([flag, word]) => [flag, [word]]));
    const options = resolveSettings(athenaSettings, { flags, environment: {}, profile: undefined });
    return consumersAthena(options, {
      clock: { now: () => Date.UTC(2026, 10, 30) },
      signal: new AbortController().signal,
      say: () => undefined,
      readOwnTypes: async () => [],
      openReader: () => Promise.reject(new Error('nothing is measured')),
      openCatalogue: () => openGlueCatalogue(target.region, environment),
      openEngine: (place) => openAthenaEngine({ ...place, region: target.region }, environment),
    });
  }

  test('makes database, tables, views and queries; again changes nothing; another layout changes the tables', async () => {
    const first = (await apply()).applied ?? [];
    const countOf = (kind: string): number => first.filter((made) => made.kind === kind).length;
    expect([countOf('database'), countOf('table'), countOf('view'), countOf('query')]).toEqual([
      1, 18, 20, 5,
    ]);
    expect(new Set(first.map(({ change }) => change))).toEqual(new Set(['created']));
    const again = (await apply()).applied ?? [];
    // moto runs no view into the catalogue.
    const kept = again.filter(({ kind }) => kind !== 'view').map(({ change }) => change);
    expect(new Set(kept)).toEqual(new Set(['unchanged']));
    const other = (await apply({ partition: 'hour' })).applied ?? [];
    const changed = other.filter(({ kind, change }) => kind === 'table' && change === 'updated');
    expect(changed.map(({ name }) => name).every((name) => name.endsWith('_lines'))).toBe(true);
    expect(changed).toHaveLength(9);
  }, 120_000);

  test("refuses a table that is somebody else's", async () => {
    await apply({ database: 'shared' });
    const glue = new GlueClient(clientOf());
    await glue.send(new DeleteTableCommand({ DatabaseName: 'shared', Name: 'query_lines' }));
    await glue.send(new CreateTableCommand({ DatabaseName: 'shared', TableInput: { Name: 'query_lines' } }));
    await expect(apply({ database: 'shared' })).rejects.toMatchObject({ code: 'name-taken' });
  }, 120_000);
});
