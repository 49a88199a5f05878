import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import { parseCheckpoint } from '../../src/core/log/checkpoint.ts';
import { isConsistent } from '../../src/core/log/proofs.ts';
import {
  cosignedMessage,
  formatSignature,
  formatVerifierKey,
  keyIdOf,
  parseNote,
  parseVerifierKey,
  publicKeyOf,
  verifiedBy,
} from '../../src/core/log/signed-note.ts';
import type { VerifierKey } from '../../src/core/log/signed-note.ts';
import type { Emulator } from '../../src/ports/emulator.ts';
import type { ReadLog } from '../fakes/memory-log.ts';
import { readLogs } from '../fakes/memory-log.ts';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import { isDelivery } from './read-export.ts';
import { runCli, runForReport, startCli } from './run-cli.ts';
import type { S3Server } from './s3-server.ts';
import { bucketOn } from './s3-server.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const hourMs = 3_600_000;

const line = (minute: number): string =>
  `${JSON.stringify({ id: minute, dt: `2025-03-11T20:${String(minute).padStart(2, '0')}:39.000Z` })}\n`;

/** Lines of one known audit type. */
async function events(workspace: Workspace, name: string, from: number, to: number): Promise<string> {
  const one = await readFile(new URL('../fixtures/events/alert.jsonl', import.meta.url), 'utf8');
  const [first = ''] = one.split('\n');
  const lines = Array.from({ length: to - from }, (_, at) => {
    const { dt } = JSON.parse(line(from + at)) as { dt: string };
    return first.replace(/"dt":"[^"]+"/, `"dt":"${dt}"`);
  });
  return workspace.write(name, `${lines.join('\n')}\n`);
}

/** All files of a folder, by their path in it. */
async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = await filesBelow(folder);
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const)),
  );
}

/** The verifier key that `evidence key` prints. */
async function keyOf(workspace: Workspace, flags: readonly string[]): Promise<VerifierKey> {
  return parseVerifierKey((await runCli(workspace, ['evidence', 'key', ...flags])).stdout.trim());
}

/** All logs in a folder, checked, and that they claim all objects of it, each with its whole content. */
async function logsIn(folder: string, { publicKey }: VerifierKey): Promise<ReadLog[]> {
  const files = await filesOf(folder);
  const logs = await readLogs(files, publicKey);
  const claimed = new Map(
    logs.flatMap(({ leaves }) =>
      leaves.flatMap((leaf) => (leaf.kind === 'object' ? [[leaf.key, leaf.sha256] as const] : [])),
    ),
  );
  const delivered = [...files].filter(([key]) => isDelivery(key));
  expect(claimed).toEqual(
    new Map(
      delivered.map(
        ([key, body]) => [key, createHash('sha256').update(gunzipSync(body)).digest('hex')] as const,
      ),
    ),
  );
  return logs;
}

const kindsOf = ({ leaves }: ReadLog): string[] => leaves.map(({ kind }) => kind);

describe('the log of a folder', () => {
  test('claims each object, and says what each run read and what came of it', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const { report } = await runForReport(workspace, ['push', ...to, file]);
    expect(report.evidence).toMatchObject({ leaves: 5, unpublished: 0, putRequests: 5, problem: null });
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(kindsOf(log!)).toEqual(['open', 'begin', 'source', 'object', 'end']);
    const content = await readFile(file);
    expect(log?.leaves[2]).toMatchObject({
      name: file,
      from: 0,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      lines: 3,
    });
    expect(log?.leaves[3]).toMatchObject({ lines: 3, status: 'stored', types: { alert: 3 } });
    expect(log?.leaves[4]).toMatchObject({
      ended: 'complete',
      objects: 1,
      balance: { read: 3, delivered: 3 },
    });
    await events(workspace, 'a.jsonl', 0, 5);
    await runCli(workspace, ['push', ...to, file]);
    const [grown, ...others] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(others).toEqual([]);
    expect(grown?.sizes).toEqual([5, 9]);
    expect(grown?.leaves[6]).toMatchObject({ kind: 'source', from: content.length, lines: 2 });
    const newest = await readFile(workspace.path('out/_audit-export/log', grown?.id ?? '', 'checkpoint'));
    expect(parseCheckpoint(parseNote(newest.toString()).text).size).toBe(9);
  });

  test('is one log, whatever profile delivers there', async () => {
    const workspace = await newWorkspace();
    const to = workspace.path('out');
    await workspace.write('audit-export.json', JSON.stringify({ profiles: { a: { to }, b: { to } } }));
    for (const profile of ['a', 'b']) {
      const file = await events(workspace, `${profile}.jsonl`, profile === 'a' ? 0 : 10, 20);
      await runCli(workspace, ['push', '--profile', profile, file]);
    }
    const [log, ...others] = await logsIn(to, await keyOf(workspace, ['--profile', 'a']));
    expect(others).toEqual([]);
    expect(log?.leaves.flatMap((leaf) => (leaf.kind === 'begin' ? [leaf.profile] : []))).toEqual(['a', 'b']);
  });

  test('begins anew where its state is lost, or of an old copy, and says so; none forks', async () => {
    const workspace = await newWorkspace();
    const out = workspace.path('out');
    const to = ['--to', out];
    const push = async (from: number): Promise<void> => {
      const file = await events(workspace, `${from}.jsonl`, from, from + 2);
      await runCli(workspace, ['push', ...to, file]);
    };
    await push(0);
    await cp(workspace.path('state'), workspace.path('copy'), { recursive: true });
    await push(10);
    await rm(workspace.path('state'), { recursive: true });
    await cp(workspace.path('copy'), workspace.path('state'), { recursive: true });
    await push(20);
    const key = await keyOf(workspace, to);
    const logs = await logsIn(out, key);
    expect(logs).toHaveLength(2);
    const again = logs.find(({ leaves }) => leaves[0]?.kind === 'open' && leaves[0].after !== undefined);
    expect(again?.leaves[0]).toMatchObject({ after: { size: 5, reason: 'continued-elsewhere' } });
    await rm(workspace.path('state'), { recursive: true });
    await push(30);
    const after = await filesOf(out);
    const newKey = await keyOf(workspace, to);
    expect(newKey.publicKey).not.toEqual(key.publicKey);
    const mine = new Map([...after].filter(([name]) => name.includes(newKey.name.split('/')[1] ?? '-')));
    expect((await readLogs(mine, newKey.publicKey)).map(({ sizes }) => sizes)).toEqual([[5]]);
  });

  test('of an old copy of the state is gone on with where it stands, if that is asked for', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const push = async (from: number): Promise<void> => {
      await runCli(workspace, ['push', ...to, await events(workspace, `${from}.jsonl`, from, from + 2)]);
    };
    await push(0);
    await cp(workspace.path('state'), workspace.path('copy'), { recursive: true });
    await push(10);
    expect((await runCli(workspace, ['evidence', 'resume', ...to])).code).toBe(2);
    await rm(workspace.path('state'), { recursive: true });
    await cp(workspace.path('copy'), workspace.path('state'), { recursive: true });
    const resumed = await runCli(workspace, ['evidence', 'resume', ...to, '--json']);
    expect({ code: resumed.code, ...(JSON.parse(resumed.stdout) as object) }).toMatchObject({
      code: 0,
      leaves: 9,
    });
    await push(20);
    const logs = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(logs.map(({ sizes }) => sizes)).toEqual([[5, 9, 13]]);
  });

  test('says that nothing came, once an interval', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const start = Date.UTC(2026, 0, 1);
    const at = (ms: number): { clock: typeof systemClock } => ({
      clock: { ...systemClock, now: () => start + ms },
    });
    await runCli(workspace, ['push', ...to, file], at(0));
    await runCli(workspace, ['push', ...to, file], at(hourMs / 2));
    await runCli(workspace, ['push', ...to, file], at(2 * hourMs));
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(kindsOf(log!).slice(5)).toEqual(['quiet']);
    expect(log?.leaves[5]).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-01T02:00:00.000Z',
    });
  });

  test('of a job without state is small, and closed by its last leaf', async () => {
    const workspace = await newWorkspace();
    const out = workspace.path('out');
    await workspace.write('no-folder', 'a file');
    const environment = { XDG_STATE_HOME: workspace.path('no-folder') };
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const stdin = await readFile(file);
    const { report, code } = await runForReport(workspace, ['push', '--to', out], { stdin, environment });
    expect({ code, problem: report.evidence?.problem }).toEqual({ code: 0, problem: null });
    const files = await filesOf(out);
    const sizes = [...files.keys()].filter((name) => name.includes('/checkpoints/'));
    expect(sizes).toHaveLength(1);
    const bundle = [...files].find(([name]) => name.endsWith('/tile/entries/000.p/6'))?.[1];
    expect(gunzipSync(bundle ?? Buffer.alloc(0)).toString()).toContain('"kind":"close"');
  });

  test('whose state is damaged does not keep anything from being delivered, and the cure is told', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    await runCli(workspace, ['push', ...to, await events(workspace, 'a.jsonl', 0, 3)]);
    const state = workspace.path('state');
    const records = (await filesBelow(state)).find((file) => file.includes('/log/records.')) ?? '';
    const damaged = await readFile(join(state, records));
    damaged.write('XXXX', 12);
    await writeFile(join(state, records), damaged);
    const file = await events(workspace, 'b.jsonl', 10, 13);
    const { code, report, stderr } = await runForReport(workspace, ['push', ...to, file]);
    expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 3 });
    expect(report.evidence?.problem).toMatchObject({ code: 'log-damaged' });
    expect(stderr).toContain('.damaged');
  });

  test('is not written with --evidence off, and a dry run only says what it would cost', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const { report } = await runForReport(workspace, ['push', ...to, '--dry-run', file]);
    expect(report.evidence).toMatchObject({ leaves: 5, putRequests: 4, problem: null });
    const dry = await runCli(workspace, ['push', ...to, '--dry-run', file]);
    expect(dry.stdout).toMatch(/would take about 4 PUT requests, [\d.]+ KiB/);
    expect(
      (await runForReport(workspace, ['push', ...to, '--evidence', 'off', file])).report.evidence,
    ).toBeUndefined();
    expect((await filesBelow(workspace.path('out'))).filter((name) => !isDelivery(name))).toEqual([]);
    expect((await filesBelow(workspace.path('state'))).filter((name) => name.includes('/log/'))).toEqual([]);
  });

  test('takes what is retired, and refuses it without a reason', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    await runCli(workspace, ['push', ...to, await events(workspace, 'a.jsonl', 0, 3)]);
    expect((await runCli(workspace, ['evidence', 'retire', ...to, 'a/b'])).code).toBe(2);
    const keys = Array.from(
      { length: 30 },
      (_, at) => `audit_type=alert/event_date=2025-03-11/${at}.jsonl.gz`,
    );
    const retired = await runCli(workspace, ['evidence', 'retire', ...to, ...keys, '--reason', 'request 17']);
    expect(retired.code).toBe(0);
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    const leaves = log?.leaves.filter((leaf) => leaf.kind === 'retire') ?? [];
    expect(leaves.flatMap((leaf) => leaf.keys)).toEqual(keys);
    expect(leaves.every((leaf) => JSON.stringify(leaf).length < 1024 && leaf.reason === 'request 17')).toBe(
      true,
    );
  });

  test('is copied, checkpoint by checkpoint, to another place', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const copy = ['--checkpoint-copy', workspace.path('copy')];
    for (const from of [0, 10])
      await runCli(workspace, [
        'push',
        ...to,
        ...copy,
        await events(workspace, `${from}.jsonl`, from, from + 2),
      ]);
    const copied = await filesOf(workspace.path('copy'));
    expect([...copied.keys()].map((name) => name.replace(/.*\/log\/[^/]+\//, ''))).toEqual([
      'checkpoints/00000000000000000005',
      'checkpoints/00000000000000000009',
    ]);
    for (const [name, body] of copied) expect(body).toEqual(await readFile(workspace.path('out', name)));
  });
});

/** A witness of C2SP tlog-witness that knows one log. */
async function startWitness(
  log: VerifierKey,
): Promise<{ url: string; key: VerifierKey; seen: number[]; down: boolean }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key: VerifierKey = {
    name: 'witness.example/w1',
    kind: 'cosignature',
    publicKey: publicKeyOf(publicKey.export({ format: 'der', type: 'spki' })),
  };
  const witness = { url: '', key, seen: [] as number[], down: false };
  let latest = { size: 0, root: Buffer.from(createHash('sha256').digest()) as Buffer };
  const answer = (body: string): { status: number; type?: string; body?: string } => {
    const split = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, split).split('\n');
    const note = parseNote(body.slice(split + 2));
    if (verifiedBy(note, [log]).length === 0) return { status: 403 };
    const { size, root } = parseCheckpoint(note.text);
    if (old !== `old ${latest.size}`)
      return { status: 409, type: 'text/x.tlog.size', body: `${latest.size}\n` };
    const hashes = proof.map((hash) => Buffer.from(hash, 'base64'));
    if (!isConsistent(latest, { size, root }, hashes)) return { status: 422 };
    latest = { size, root };
    witness.seen.push(size);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_700_000_000n);
    const signature = Buffer.concat([
      time,
      sign(null, cosignedMessage(note.text, 1_700_000_000n), privateKey),
    ]);
    return { status: 200, body: formatSignature({ name: key.name, keyId: keyIdOf(key), signature }) };
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const { status, type = 'text/plain', body: said = '' } = witness.down ? { status: 503 } : answer(body);
      response.writeHead(status, { 'content-type': type }).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  witness.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w1/`;
  return witness;
}

test('a witness cosigns what it is shown, and catches up with what it missed', async () => {
  const workspace = await newWorkspace();
  const out = workspace.path('out');
  const to = ['--to', out];
  const log = await keyOf(workspace, to);
  const witness = await startWitness(log);
  const push = async (from: number): Promise<string> => {
    const file = await events(workspace, `${from}.jsonl`, from, from + 2);
    const named = ['--witness', `${witness.url}=${formatVerifierKey(witness.key)}`];
    const run = await runCli(workspace, ['push', ...to, ...named, file]);
    expect(run.code).toBe(0);
    return run.stderr;
  };
  await push(0);
  await push(5);
  witness.down = true;
  expect(await push(10)).toContain('HTTP 503');
  witness.down = false;
  await push(15);
  expect(witness.seen).toEqual([5, 9, 17]);
  const signed = async (size: number): Promise<number> => {
    const name = `_audit-export/log/${log.name.split('/')[1]}/checkpoints/${String(size).padStart(20, '0')}`;
    return verifiedBy(parseNote(await readFile(join(out, name), 'utf8')), [log, witness.key]).length;
  };
  expect(await Promise.all([5, 9, 13, 17].map(signed))).toEqual([2, 2, 1, 2]);
  const wrong = await runCli(workspace, ['push', ...to, '--witness', `${witness.url}=nobody`]);
  expect(wrong.code).toBe(2);
});

describe('the log in a bucket', () => {
  let emulator: Emulator;
  let server: S3Server;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
  });

  async function place(prefix: string): Promise<{
    workspace: Workspace;
    environment: Record<string, string>;
    push: (from: number) => ReturnType<typeof runForReport>;
    logs: () => Promise<ReadLog[]>;
  }> {
    const workspace = await newWorkspace();
    const environment = await server.environmentFor(prefix);
    const to = ['--to', `s3://${server.bucket}/${prefix}`];
    const push = async (from: number): ReturnType<typeof runForReport> =>
      runForReport(workspace, ['push', ...to, await events(workspace, `${from}.jsonl`, from, from + 2)], {
        environment,
      });
    const logs = async (): Promise<ReadLog[]> => {
      const key = parseVerifierKey(
        (await runCli(workspace, ['evidence', 'key', ...to], { environment })).stdout,
      );
      const keys = await server.everythingAt(prefix);
      return readLogs(keys, key.publicKey);
    };
    return { workspace, environment, push, logs };
  }

  test('needs s3:PutObject and nothing else', async () => {
    const { push, logs } = await place('write-only');
    expect((await push(0)).report.evidence).toMatchObject({ leaves: 5, unpublished: 0, problem: null });
    await push(10);
    expect((await logs()).map(({ sizes }) => sizes)).toEqual([[5, 9]]);
  });

  test('that is refused does not touch the delivery: exit 0, told, and the next run catches up', async () => {
    const { push, logs, workspace, environment } = await place('refused');
    const fault = emulator.faults.add({ kind: 'deny', match: { key: 'refused/_audit-export/*' } });
    const refused = await push(0);
    emulator.faults.remove(fault);
    expect({ code: refused.code, delivered: refused.report.balance.delivered }).toEqual({
      code: 0,
      delivered: 2,
    });
    expect(refused.report.evidence).toMatchObject({ unpublished: 5, problem: { code: 'access-denied' } });
    expect(refused.stderr).toContain('The log of what was delivered could not be written');
    const status = await runCli(workspace, ['status', '--json'], {
      environment,
    });
    expect(status.stdout).toContain('The log of what was delivered could not be written');
    expect((await push(10)).report.evidence).toMatchObject({ leaves: 9, unpublished: 0, problem: null });
    // What was claimed is what is published, then the rest.
    expect((await logs()).map(({ sizes }) => sizes)).toEqual([[5, 9]]);
  });

  test('does without the alias where nothing may be overwritten, and evidence publish makes it', async () => {
    const { push, workspace, environment } = await place('once');
    const alias = (): number =>
      emulator.requests().filter(({ key = '' }) => /^once\/.*\/checkpoint$/.test(key)).length;
    const fault = emulator.faults.add({
      kind: 'deny',
      match: { key: 'once/_audit-export/log/*/checkpoint' },
    });
    for (const from of [0, 10]) {
      const { code, stderr, report } = await push(from);
      expect({ code, stderr, problem: report.evidence?.problem }).toEqual({
        code: 0,
        stderr: '',
        problem: null,
      });
    }
    // A refusal may raise an alarm over there: it is not asked for again.
    expect(alias()).toBe(1);
    const publish = ['evidence', 'publish', '--to', `s3://${server.bucket}/once`];
    expect((await runCli(workspace, publish, { environment })).code).toBe(4);
    emulator.faults.remove(fault);
    expect((await runCli(workspace, publish, { environment })).code).toBe(0);
    const found = [...(await server.everythingAt('once'))].find(([key]) => key.endsWith('/checkpoint'));
    expect(parseCheckpoint(parseNote(found?.[1].toString() ?? '').text).size).toBe(9);
  });

  test.each(['claims', 'tile', 'checkpoints'])(
    'goes on where the answer to a PUT of %s was lost, and nothing is lost or there twice',
    async (folder) => {
      const { push, logs } = await place(`lost-${folder}`);
      await push(0);
      emulator.faults.add({
        kind: 'reset-after',
        match: { key: `lost-${folder}/_audit-export/log/*/${folder}/*` },
        count: 1,
      });
      await push(10);
      emulator.faults.clear();
      await push(20);
      const found = await logs();
      // Whose a claim is that was perhaps stored can't be read by who may only write: a new log begins then.
      expect(found).toHaveLength(folder === 'claims' ? 2 : 1);
      const runs = found.flatMap(({ leaves }) =>
        leaves.flatMap((leaf) => (leaf.kind === 'end' ? [leaf.run] : [])),
      );
      expect(runs).toHaveLength(3);
      expect(new Set(runs).size).toBe(3);
    },
  );

  test('is whole again after a SIGKILL in the middle of it', async () => {
    const { push, logs, workspace, environment } = await place('killed');
    await push(0);
    const match = { key: 'killed/_audit-export/log/*/checkpoints/*' };
    const fault = emulator.faults.add({ kind: 'no-answer', match });
    const args = ['push', '--to', `s3://${server.bucket}/killed`, await events(workspace, 'k.jsonl', 10, 12)];
    const run = startCli(workspace, args, { environment, ownProcess: true });
    await expect
      .poll(() => emulator.requests().some(({ key = '' }) => /^killed\/.*\/checkpoints\/0*9$/.test(key)), {
        timeout: 30_000,
      })
      .toBe(true);
    run.child.kill('SIGKILL');
    await run.ended;
    emulator.faults.remove(fault);
    expect((await push(20)).report.evidence).toMatchObject({ leaves: 13, unpublished: 0, problem: null });
    const [log, ...others] = await logs();
    expect(others).toEqual([]);
    expect(log?.sizes).toEqual([5, 9, 13]);
    expect(kindsOf(log!).filter((kind) => kind === 'end')).toHaveLength(3);
  });
});
