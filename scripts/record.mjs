// Records init and push in a real terminal, on the rehearsal, as docs/recording.svg: npm run record. Wants `script` of util-linux. The
// home folder is shown as ~.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawTerminal, screenOf } from './recording/terminal-svg.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const columns = 88;
const folder = mkdtempSync(join(tmpdir(), 'audit-export-record-'));
const bin = join(root, 'bin/audit-export.js');

const commands = [
  'audit-export init --profile acme --deliverer audit-export --account-id 111122223333 \\\n    --organization-id acme-export --bucket acme-audit --create-bucket \\\n    --region us-east-1 --prefix altr --apply --yes',
  'audit-export push --profile acme events.jsonl',
];

// Each line of the script is typed before it is run.
const script = commands
  .map(
    (command) =>
      `printf '\\033[36m$\\033[0m %s\\n' '${command}'; sleep 1; ${command.replace('audit-export', `'${process.execPath}' '${bin}'`)}; sleep 2`,
  )
  .join('\n');

try {
  cpSync(join(root, 'examples/events.jsonl'), join(folder, 'events.jsonl'));
  // What an old Node is told of once a week is no part of it.
  mkdirSync(join(folder, '.local/state/audit-export'), { recursive: true });
  writeFileSync(join(folder, '.local/state/audit-export/node-notice'), '');
  writeFileSync(join(folder, 'run.sh'), `stty cols ${columns} rows 40\ncd '${folder}'\n${script}\n`);
  const pieces = await recorded(
    `'${process.execPath}' '${bin}' rehearse --scenario empty --own-settings -- sh '${join(folder, 'run.sh')}'`,
  );
  const title =
    'A terminal: audit-export init makes a bucket and a role and tests them; push delivers events';
  const shown = pieces.map(({ atMs, text }) => ({ atMs, text: text.replaceAll(folder, '~') }));
  const screen = screenOf(shown);
  // What the rehearsal says of itself stands above.
  const first = screen.findIndex(({ cells }) => cells[0]?.text === '$');
  writeFileSync(join(root, 'docs/recording.svg'), drawTerminal(screen.slice(first), { columns, title }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a command writes in a terminal, piece by piece. */
function recorded(command) {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'xterm', AWS_EC2_METADATA_DISABLED: 'true' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const startMs = Date.now();
  const pieces = [];
  child.stdout.setEncoding('utf8').on('data', (text) => pieces.push({ atMs: Date.now() - startMs, text }));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(pieces));
  });
}
