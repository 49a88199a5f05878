import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tileKey } from '../../../src/core/log/log-keys.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';
import { newSigner, WrittenStore } from '../../unit/core/verify/written-store.ts';

/** Where Debian's golang-golang-x-mod-dev puts it: no network is asked. */
const gopath = '/usr/share/gocode';
const hasGo =
  spawnSync('go', ['version']).status === 0 && existsSync(join(gopath, 'src/golang.org/x/mod/sumdb/tlog'));
const source = fileURLToPath(new URL('../../go/check-log.go', import.meta.url));

test.skipIf(!hasGo)(
  'the libraries of Go’s checksum database read the log: notes, roots, inclusion, consistency (skipped without golang-go and golang-golang-x-mod-dev)',
  async () => {
    const folder = scratchFolder();
    const program = join(folder, 'check-log');
    const environment = {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: gopath,
      GOCACHE: join(folder, 'cache'),
      GOFLAGS: '',
    };
    execFileSync('go', ['build', '-o', program, source], { env: environment });
    const store = new WrittenStore();
    for (const sources of [3, 250, 400, 0]) {
      await store.run(1, { sources });
      store.publish();
    }
    const log = join(store.folder, '_audit-export/log', store.id);
    const check = (key: string): ReturnType<typeof spawnSync> =>
      spawnSync(program, [log, key], { encoding: 'utf8' });
    expect(check(store.signer.text)).toMatchObject({
      status: 0,
      stdout: `${store.size} leaves, 4 checkpoints\n`,
    });
    expect(check(newSigner(store.id).text).status).toBe(1);
    const tile = join(store.folder, tileKey(store.id, { level: 0, index: 1, width: 256 }));
    const bytes = readFileSync(tile);
    bytes[7] = (bytes[7] as number) ^ 1;
    writeFileSync(tile, bytes);
    expect(check(store.signer.text).status).toBe(1);
  },
  120_000,
);
