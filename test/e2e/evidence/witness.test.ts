import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseCheckpoint } from '../../../src/core/log/checkpoint.ts';
import { isConsistent } from '../../../src/core/log/proofs.ts';
import {
  cosignedMessage,
  formatNote,
  formatSignature,
  formatVerifierKey,
  keyIdOf,
  parseNote,
  parseVerifierKey,
  publicKeyOf,
  verifiedBy,
} from '../../../src/core/log/signed-note.ts';
import type { VerifierKey } from '../../../src/core/log/signed-note.ts';
import type { VerifyReport } from '../../../src/core/verify/verify-report.ts';
import { generateInput } from '../generated-input.ts';
import { runCli } from '../run-cli.ts';
import { openS3Server } from '../s3-server.ts';
import { useWorkspaces } from '../workspace.ts';

import { events, keyOf, verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();

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
  const witnessed = async (key: VerifierKey): Promise<VerifyReport> =>
    (await verifyJson(workspace, ['--store', out, '--witness-key', formatVerifierKey(key)])).report;
  expect(await witnessed(witness.key)).toMatchObject({
    verdict: 'intact',
    logs: [{ leaves: 17, witnessed: [{ witness: formatVerifierKey(witness.key), leaves: 17 }] }],
  });
  const stranger: VerifierKey = { ...witness.key, name: 'witness.example/other' };
  expect(await witnessed(stranger)).toMatchObject({
    verdict: 'not-proven',
    notProven: [{ what: expect.stringContaining('witness.example/other') }],
    logs: [{ witnessed: [{ leaves: null, at: null }] }],
  });
  const newest = join(
    out,
    `_audit-export/log/${log.name.split('/')[1]}/checkpoints/${'17'.padStart(20, '0')}`,
  );
  const note = parseNote(await readFile(newest, 'utf8'));
  const forged = note.signatures.map(({ signature, ...one }, at) =>
    at === 0 ? { ...one, signature } : { ...one, signature: Buffer.from(signature).fill(7, 20, 21) },
  );
  await writeFile(newest, formatNote({ ...note, signatures: forged }));
  expect(await witnessed(witness.key)).toMatchObject({ counts: { 'checkpoint-bad-signature': 1 } });
  const wrong = await runCli(workspace, ['push', ...to, '--witness', `${witness.url}=nobody`]);
  expect(wrong.code).toBe(2);
});

test('one that missed more than a writer has at hand is shown it by evidence publish, with the right to read', async () => {
  const workspace = await newWorkspace();
  const server = await openS3Server();
  onTestFinished(() => server.close());
  const environment = await server.environmentFor('altr');
  const owner = await server.environmentAllowing(
    ['s3:PutObject', '/altr/*'],
    ['s3:GetObject', '/altr/_audit-export/*'],
  );
  const to = ['--to', `s3://${server.bucket}/altr`];
  const log = parseVerifierKey((await runCli(workspace, ['evidence', 'key', ...to], { environment })).stdout);
  const witness = await startWitness(log);
  const named = ['--witness', `${witness.url}=${formatVerifierKey(witness.key)}`];
  let made = 0;
  /** Each file is a leaf; no two are the same. */
  const push = async (files: number): Promise<string> => {
    const names: string[] = [];
    for (let file = 0; file < files; file++) {
      const at = made++;
      const { bytes } = generateInput({ seed: at, lines: 1, hours: 1, damage: 0 });
      names.push(await workspace.write(`${at}.jsonl`, bytes));
    }
    const run = await runCli(workspace, ['push', ...to, ...named, ...names], { environment });
    expect(run.code).toBe(0);
    return run.stderr;
  };
  await push(130);
  witness.down = true;
  await push(130);
  witness.down = false;
  expect(await push(1)).toContain('evidence publish');
  const publish = ['evidence', 'publish', ...to, ...named];
  expect(await runCli(workspace, publish, { environment: owner })).toMatchObject({ code: 0, stderr: '' });
  const everything = await server.everythingAt('altr');
  const alias = [...everything].find(([key]) => key.endsWith('/checkpoint'))?.[1].toString() ?? '';
  expect(verifiedBy(parseNote(alias), [log, witness.key])).toHaveLength(2);
  expect(await push(1)).toBe('');
  expect(witness.seen).toHaveLength(3);
});
