import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placesOf } from '../../../src/core/verify/finding.ts';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import { schemaErrors } from '../../fakes/json-schema.ts';
import { runCli } from '../run-cli.ts';
import { bucketOn } from '../s3-server.ts';
import type { S3Server } from '../s3-server.ts';
import type { Workspace } from '../workspace.ts';
import { useWorkspaces } from '../workspace.ts';
import { verifyJson } from './log-reading.ts';

const makeWorkspace = useWorkspaces();
const events = readFileSync(new URL('../../../examples/events.jsonl', import.meta.url));

describe('what push delivers into a folder', () => {
  test('is verified, also as a copy under another name; what is taken away is named, exit code 7', async () => {
    const workspace = await makeWorkspace();
    await workspace.write('events.jsonl', events);
    await runCli(workspace, ['push', '--to', 'out', 'events.jsonl']);
    const intact = await verifyJson(workspace, ['--store', 'out', '--remember', 'seen.json']);
    expect(intact).toMatchObject({ code: 0, report: { verdict: 'intact', logs: [{ keyIsGiven: false }] } });
    const [key = ''] = intact.report.logs[0]?.keys ?? [];
    await runCli(workspace, ['push', '--to', 'out', 'events.jsonl', '--reread']);
    const again = await verifyJson(workspace, [
      '--store',
      'out',
      '--key',
      key,
      '--remember',
      'seen.json',
      '--deep',
    ]);
    expect(again).toMatchObject({
      code: 0,
      report: { mode: 'deep', logs: [{ keyIsGiven: true, remembered: {} }] },
    });
    const folder = workspace.path('out', 'audit_type=query');
    const [day = ''] = readdirSync(folder);
    rmSync(join(folder, day), { recursive: true });
    const { code, report } = await verifyJson(workspace, ['--store', 'out', '--quick']);
    expect(code).toBe(7);
    expect(
      placesOf(report.findings).map(({ code: found, key: of }) => [
        found,
        of?.startsWith(`audit_type=query/${day}`),
      ]),
    ).toEqual(report.findings.map(() => ['object-missing', true]));
    const text = await runCli(workspace, ['verify', '--store', 'out', '--quick', '--report', 'page.html']);
    expect(text.stdout).toContain('object-missing');
    expect(readFileSync(workspace.path('page.html'), 'utf8')).toContain('object-missing');
  });

  test('one object is proven and checked, and a bundle is made', async () => {
    const workspace = await makeWorkspace();
    await workspace.write('events.jsonl', events);
    await runCli(workspace, ['push', '--to', 'out', 'events.jsonl']);
    const { report } = await verifyJson(workspace, ['--store', 'out']);
    const [key = ''] = report.logs[0]?.keys ?? [];
    const folder = workspace.path('out', 'audit_type=query');
    const [day = ''] = readdirSync(folder);
    const [name = ''] = readdirSync(join(folder, day));
    const object = `audit_type=query/${day}/${name}`;
    const proven = await runCli(workspace, [
      'evidence',
      'prove',
      '--json',
      '--store',
      'out',
      '--out',
      'p.tlog-proof',
      object,
    ]);
    expect(schemaErrors('evidence-proof', JSON.parse(proven.stdout))).toEqual([]);
    const check = (file: string): Promise<{ code: number | null; stdout: string }> =>
      runCli(workspace, ['verify', '--json', '--proof', 'p.tlog-proof', '--key', key, file]);
    const good = await check(join('out', object));
    expect(schemaErrors('proof-report', JSON.parse(good.stdout))).toEqual([]);
    expect(good.code).toBe(0);
    expect((await check('events.jsonl')).code).toBe(7);
    const bundled = await runCli(workspace, [
      'evidence',
      'bundle',
      '--json',
      '--store',
      'out',
      '--case',
      'c',
      '--out',
      'c.tar',
    ]);
    expect(schemaErrors('evidence-bundle', JSON.parse(bundled.stdout))).toEqual([]);
    expect(bundled.code).toBe(0);
  });

  test('flags that can not be, and a store without a log, are said', async () => {
    const workspace = await makeWorkspace();
    const codeOf = async (...args: string[]): Promise<number | null> =>
      (await runCli(workspace, ['verify', ...args])).code;
    expect(await codeOf()).toBe(2);
    expect(await codeOf('--store', 'out', '--quick', '--deep')).toBe(2);
    expect(await codeOf('--store', 'out', '--from', 'yesterday')).toBe(2);
    expect(await codeOf('--store', 'out', '--from', '2026-02-02', '--to', '2026-02-01')).toBe(2);
    expect(await codeOf('--store', 'out', '--key', 'nonsense')).toBe(2);
    expect(await codeOf('--store', 'out')).toBe(6);
    await workspace.write('seen.json', '{}');
    expect(await codeOf('--store', 'out', '--remember', 'seen.json')).toBe(3);
  });
});

describe('a bucket, delivered to by a role that may only write, and read with other credentials', () => {
  let emulator: Emulator;
  let server: S3Server;
  let workspace: Workspace;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
  });

  test('is verified with s3:ListBucket and s3:GetObject; what is missing of them is named with what is not proven', async () => {
    workspace = await makeWorkspace();
    await workspace.write('events.jsonl', events);
    const store = `s3://${server.bucket}/altr`;
    const pushed = await runCli(workspace, ['push', '--to', store, 'events.jsonl'], {
      environment: await server.environmentFor('altr'),
    });
    expect(pushed.code).toBe(5);
    const both = await server.environmentAllowing(['s3:ListBucket', ''], ['s3:GetObject', '/altr/*']);
    expect(await verifyJson(workspace, ['--store', store], both)).toMatchObject({
      code: 0,
      report: { verdict: 'intact', store, objects: { read: 23 } },
    });
    const logOnly = await server.environmentAllowing(
      ['s3:ListBucket', ''],
      ['s3:GetObject', '/altr/_audit-export/*'],
    );
    expect(await verifyJson(workspace, ['--store', store], logOnly)).toMatchObject({
      code: 4,
      report: {
        verdict: 'not-proven',
        notProven: [{ what: 'what objects hold', permission: 's3:GetObject', times: 23 }],
      },
    });
    const noList = await server.environmentAllowing(['s3:GetObject', '/altr/*']);
    const refused = await runCli(workspace, ['verify', '--store', store], { environment: noList });
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('s3:ListBucket') });
  });
});
