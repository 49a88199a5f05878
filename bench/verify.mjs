// Measures audit-export verify of a million leaves over 1 GiB of lines beside zcat | sha256sum of the same objects:
//   npm run build && node bench/verify.mjs [OBJECTS [LEAVES [MIB]]]
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildCodec } from '../dist/core/delivery/codec.js';
import { formatCheckpoint } from '../dist/core/log/checkpoint.js';
import { encodeLeaf } from '../dist/core/log/leaf.js';
import { checkpointKey, claimKey, originOf, tileKey } from '../dist/core/log/log-keys.js';
import { emptyEdge, grow, rootOfEdge } from '../dist/core/log/right-edge.js';
import { formatNote, formatVerifierKey, keyIdOf, publicKeyOf } from '../dist/core/log/signed-note.js';

const [objects, leaves, mib] = [4096, 1_000_000, 1024].map((usual, at) =>
  Number(process.argv[at + 2] ?? usual),
);
const contentBytes = mib * 2 ** 20;
const id = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'audit-export-bench-'));

function write(key, content) {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), content);
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const verifier = {
  name: originOf(id),
  kind: 'ed25519',
  publicKey: publicKeyOf(publicKey.export({ format: 'der', type: 'spki' })),
};
const time = '2026-03-01T00:00:00.000Z';
let edge = emptyEdge;
let waiting = [];

function leaf(one) {
  waiting.push(encodeLeaf(one));
  if (waiting.length === 25_600) publish();
}

function publish() {
  const { edge: grown, files } = grow(edge, waiting);
  waiting = [];
  edge = grown;
  for (const { tile, content } of files)
    write(tileKey(id, tile), tile.level === 'entries' ? gzipSync(content) : content);
}

const codec = buildCodec('gzip', 3);

async function object(number) {
  const bytes = Math.floor(contentBytes / objects);
  const lines = [];
  for (let length = 0; length < bytes; length += lines.at(-1).length) {
    const words = createHash('sha256').update(`${number} ${lines.length}`).digest('base64');
    lines.push(
      `{"id":"${words}","actor":"user-${lines.length % 97}","action":"SELECT","object":"db.schema.table_${number % 53}","text":"${'select * from t where x = 1 and '.repeat(24)}${words}"}\n`,
    );
  }
  const content = Buffer.from(lines.join(''));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const key = `audit_type=query/event_date=2026-03-01/20260301T000000000Z-${sha256.slice(0, 32)}.jsonl.gz`;
  const tail = codec.tail(codec.checksum(content, 0), content.length);
  write(key, Buffer.concat([codec.head, await codec.block(content), tail]));
  leaf({
    kind: 'object',
    run: 'r',
    key,
    sha256,
    bytes: content.length,
    lines: lines.length,
    first: time,
    last: time,
    status: 'stored',
    types: { query: lines.length },
  });
  return lines.length;
}

leaf({ kind: 'open', time, tool: 'bench', store: folder, verifier: formatVerifierKey(verifier) });
leaf({ kind: 'begin', run: 'r', time, tool: 'bench', command: 'push' });
let lines = 0;
for (let number = 0; number < objects; number++) lines += await object(number);
const sources = leaves - objects - 3;
for (let number = 0; number < sources; number++)
  leaf({
    kind: 'source',
    run: 'r',
    name: `${number}.jsonl`,
    from: 0,
    bytes: 10,
    sha256: '0'.repeat(64),
    lines: 1,
  });
leaf({
  kind: 'end',
  run: 'r',
  time,
  ended: 'complete',
  balance: {
    read: lines,
    delivered: lines,
    alreadyDelivered: 0,
    duplicate: 0,
    notSelected: 0,
    ignored: 0,
    quarantined: 0,
    blank: 0,
    undelivered: 0,
  },
  objects,
  sources,
  quarantined: {},
  ignored: {},
  lateness: {},
});
publish();
const text = formatCheckpoint({ origin: originOf(id), size: edge.size, root: rootOfEdge(edge) });
const signature = sign(null, Buffer.from(text), privateKey);
write(claimKey(id, 0), text);
write(
  checkpointKey(id, edge.size),
  formatNote({ text, signatures: [{ name: verifier.name, keyId: keyIdOf(verifier), signature }] }),
);

/** CPU seconds and the highest resident memory of a command (bash's children, /proc). */
function measured(name, command) {
  const script = `import resource,subprocess,sys\nr=subprocess.run(["bash","-c",sys.argv[1]],stdout=subprocess.DEVNULL).returncode\nu=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(r,round(u.ru_utime+u.ru_stime,1),u.ru_maxrss//1024)`;
  const { stdout } = spawnSync('python3', ['-c', script, command], { encoding: 'utf8' });
  const [code, cpu, mib] = stdout.trim().split(' ');
  console.log(`${name}: exit ${code}, ${cpu} s of CPU, ${mib} MiB`);
}

const program = fileURLToPath(new URL('../bin/audit-export.js', import.meta.url));
console.log(
  `${edge.size} leaves, ${objects} objects, ${lines} lines; ${execFileSync('du', ['-sh', folder], { encoding: 'utf8' }).split('\t')[0]} stored`,
);
const list = `find ${folder}/audit_type=query -name '*.gz' -print0`;
for (let time = 0; time < 2; time++) {
  measured('zcat | sha256sum', `${list} | xargs -0 zcat | sha256sum`);
  measured('verify', `node ${program} verify --quiet --store ${folder}`);
}
measured('verify --quick', `node ${program} verify --quiet --quick --store ${folder}`);
rmSync(folder, { recursive: true, force: true });
