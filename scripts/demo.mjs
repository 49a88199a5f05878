// The two-minute tour: pushes the examples into ./demo-export, shows what was written, and does it again.
// Needs no AWS account: a local folder is the store, by the same pipeline, keys and bytes as S3.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const target = join(root, 'demo-export');
const quarantine = ['--quarantine', join('demo-export', '_audit-export', 'quarantine')];
// What is delivered is remembered; each tour begins anew.
const state = mkdtempSync(join(tmpdir(), 'audit-export-demo-'));
process.on('exit', () => rmSync(state, { recursive: true, force: true }));
const bin = join('bin', 'audit-export.js');
const tty = process.stdout.isTTY;
const strong = (text) => (tty ? `\u001b[1m${text}\u001b[0m` : text);

function run(args, expected) {
  console.log(strong(`$ audit-export ${args.join(' ')}`));
  const { status } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, XDG_STATE_HOME: state },
  });
  console.log('');
  if (status !== expected) throw new Error(`the demo expected exit code ${expected}, and got ${status}`);
}

function* tree(folder, indent = '') {
  for (const name of readdirSync(folder).sort()) {
    if (name.startsWith('_')) continue;
    const path = join(folder, name);
    const folderish = statSync(path).isDirectory();
    yield `${indent}${name}${folderish ? '/' : `  ${statSync(path).size} bytes`}`;
    if (folderish) yield* tree(path, `${indent}  `);
  }
}

if (existsSync(target)) rmSync(target, { recursive: true });
console.log('Audit events of every type, some of them late, and a few bad lines, delivered into a folder.\n');
run(['push', '--to', 'demo-export', ...quarantine, join('examples', 'events.jsonl')], 5);
console.log(
  strong('What was written: type, day on which it happened (UTC), and a name that comes from the content'),
);
console.log(`${relative(root, target)}/`);
for (const line of tree(target, '  ')) console.log(line);
console.log('');
run(['quarantine', 'list', ...quarantine], 0);
console.log(strong('The same again is free: what was delivered is not read again'));
run(['push', '--to', 'demo-export', ...quarantine, join('examples', 'events.jsonl')], 0);
console.log(strong('An answer: what was blocked?'));
run(['find', '--from', 'demo-export', '--decision', 'block', '--table'], 0);
console.log(strong('And is it all of it, and untouched?'));
run(['verify', '--store', 'demo-export'], 0);
console.log(strong('And now the whole story, on a rehearsed AWS on this machine'));
const { status } = spawnSync(
  process.execPath,
  [bin, 'rehearse', '--scenario', 'empty', '--', process.execPath, join('scripts', 'demo-rehearsal.mjs')],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (status !== 0) process.exitCode = 1;
