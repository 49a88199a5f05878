import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderReader } from '../../../src/adapters/fs/store/folder-reader.ts';
import { bundle } from '../../../src/commands/evidence/bundle.ts';
import type { VerifyHost } from '../../../src/commands/verify/verify-host.ts';
import { parseVerifierKey } from '../../../src/core/log/signed-note.ts';
import type { TarFile } from '../../../src/core/verify/bundle/tar.ts';
import { tarOf } from '../../../src/core/verify/bundle/tar.ts';
import { proveObject } from '../../../src/core/verify/prove.ts';
import { checkTlogProof, formatTlogProof, parseTlogProof } from '../../../src/core/verify/tlog-proof.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';
import { rejectionOf, thrownBy } from '../../fakes/thrown.ts';
import { dayMs, newSigner, WrittenStore } from '../../unit/core/verify/written-store.ts';

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const hasTools = has('python3', '--version') && has('openssl', 'version') && has('tar', '--version');

async function threeDays(): Promise<WrittenStore> {
  const store = new WrittenStore();
  for (let day = 0; day < 3; day++) {
    await store.run(2, { sources: 60 });
    store.nowMs += dayMs;
  }
  store.publish();
  return store;
}

/** A host that keeps what is written. */
function hostOf(store: WrittenStore): { host: VerifyHost; written: Map<string, Buffer> } {
  const written = new Map<string, Buffer>();
  const host: VerifyHost = {
    clock: { now: () => store.nowMs },
    progress: { show: () => undefined, end: () => undefined },
    openReader: async () => new FolderReader(store.folder),
    loadTypes: async () => [],
    readText: async () => undefined,
    readFile: () => {
      throw new Error('nothing is read');
    },
    writeText: async (file, text) => {
      written.set(file, Buffer.from(text));
    },
    writePieces: async (file, pieces) => {
      const all: Buffer[] = [];
      for await (const piece of pieces) all.push(Buffer.from(piece));
      written.set(file, Buffer.concat(all));
      return written.get(file)?.length ?? 0;
    },
  };
  return { host, written };
}

const bundleOptions = { store: 'x', pathStyle: undefined, key: undefined, out: 'case.tar', case: 'case-1' };

describe('one object is proven by its .tlog-proof', () => {
  test('the proof has the leaf, leads to the signed root, and is small', async () => {
    const store = await threeDays();
    const [leaf] = await store.run(1);
    store.publish();
    const { proof, log } = await proveObject(new FolderReader(store.folder), leaf?.key ?? '');
    const text = formatTlogProof(proof);
    expect(log).toBe(store.id);
    expect(text.length).toBeLessThan(1700);
    expect(parseTlogProof(text)).toEqual(proof);
    const key = parseVerifierKey(store.signer.text);
    expect(checkTlogProof(proof, key)).toMatchObject({ leaf, checkpoint: { size: store.size } });
  });

  test('another key, another leaf, another root are refused', async () => {
    const store = await threeDays();
    const [leaf] = await store.run(1);
    store.publish();
    const { proof } = await proveObject(new FolderReader(store.folder), leaf?.key ?? '');
    const key = store.signer.verifier;
    expect(thrownBy(() => checkTlogProof(proof, newSigner(store.id).verifier)).code).toBe(
      'checkpoint-bad-signature',
    );
    const entry = Buffer.from(proof.entry.toString().replace('"lines":3', '"lines":2'));
    expect(thrownBy(() => checkTlogProof({ ...proof, entry }, key)).code).toBe('log-damaged');
    expect(thrownBy(() => checkTlogProof({ ...proof, index: proof.index - 1 }, key)).code).toBe(
      'log-damaged',
    );
    const checkpoint = proof.checkpoint.replace(/\n(\d)/, (_, digit) => `\n${(Number(digit) + 1) % 10}`);
    expect(thrownBy(() => checkTlogProof({ ...proof, checkpoint }, key)).code).toBe(
      'checkpoint-bad-signature',
    );
    expect(await rejectionOf(proveObject(new FolderReader(store.folder), 'no/such'))).toMatchObject({
      code: 'source-unreadable',
    });
  });
});

describe('a bundle', { timeout: 120_000 }, () => {
  test('is the same bytes each time, and holds the objects of its days only', async () => {
    const store = await threeDays();
    const options = { ...bundleOptions, from: '2026-03-02', to: '2026-03-02' };
    const tars: Buffer[] = [];
    for (let time = 0; time < 2; time++) {
      const { host, written } = hostOf(store);
      expect(await bundle(options, host)).toMatchObject({ objects: 2, lines: 6, verdict: 'intact' });
      tars.push(written.get('case.tar') as Buffer);
      store.nowMs += dayMs;
    }
    expect(tars[0]?.equals(tars[1] as Buffer)).toBe(true);
  });

  test.skipIf(!hasTools)(
    'is checked by Python and openssl alone, which find what was changed (skipped where they are not)',
    async () => {
      const store = await threeDays();
      const { host, written } = hostOf(store);
      await bundle({ ...bundleOptions, from: '2026-03-02', to: '2026-03-03' }, host);
      const folder = scratchFolder();
      writeFileSync(join(folder, 'case.tar'), written.get('case.tar') as Buffer);
      execFileSync('tar', ['xf', 'case.tar'], { cwd: folder });
      const check = (...args: string[]): { status: number | null; stdout: string } => {
        const { status, stdout, stderr } = spawnSync('python3', ['case-1/check.py', ...args], {
          cwd: folder,
          encoding: 'utf8',
        });
        return { status, stdout: stdout + stderr };
      };
      expect(check(store.signer.text)).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^\d+ proofs and 4 objects checked, 0 problems\n$/),
      });
      expect(check()).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('those of the bundle itself'),
      });
      expect(check(newSigner(store.id).text)).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('not signed by a key that is known'),
      });
      const day = join(folder, 'case-1/objects/audit_type=query/event_date=2026-03-02');
      const [name = ''] = readdirSync(day);
      writeFileSync(join(day, 'added.jsonl'), 'not delivered\n');
      expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('no proof is of it') });
      rmSync(join(day, 'added.jsonl'));
      writeFileSync(join(day, name), execFileSync('gzip', ['-c'], { input: 'something else\n' }));
      expect(check()).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('it is not what was delivered'),
      });
      expect(readFileSync(join(folder, 'case-1/CHECK.md'), 'utf8')).toContain('python3 check.py VKEY');
    },
  );

  test.skipIf(!hasTools)('tar reads paths of any length as they are', async () => {
    const paths = [
      'short',
      `${'folder/'.repeat(20)}name`,
      `${'x'.repeat(120)}/${'y'.repeat(120)}`,
      `é/${'z'.repeat(300)}`,
    ];
    const files = async function* (): AsyncGenerator<TarFile> {
      for (const path of paths) yield { path, size: Buffer.byteLength(path), content: [Buffer.from(path)] };
    };
    const folder = scratchFolder();
    mkdirSync(folder, { recursive: true });
    const pieces: Buffer[] = [];
    for await (const piece of tarOf(files())) pieces.push(piece);
    writeFileSync(join(folder, 't.tar'), Buffer.concat(pieces));
    const shown = execFileSync('tar', ['tf', 't.tar', '--quoting-style=literal'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(shown.trimEnd().split('\n')).toEqual(paths);
  });
});
