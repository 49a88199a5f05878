// Runs the test suite under another Node: npm run test:node -- 22
// The runtime comes from the `node` packages of npm, into a cache outside the repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const [wanted, ...rest] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(wanted ?? '')) {
  console.error('usage: npm run test:node -- VERSION [vitest arguments], such as 22 or 24.1.0');
  process.exit(2);
}
const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'audit-export-test-node', wanted);
const bin = join(cache, 'node_modules', platform, 'bin');
if (!existsSync(join(bin, 'node'))) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true}');
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--force', `${platform}@${wanted}`],
    { cwd: cache, stdio: 'inherit' },
  );
}
if (!existsSync(join(bin, 'node')))
  throw new Error(`no node in ${bin}: ${readdirSync(join(cache, 'node_modules')).join(', ')}`);
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
console.log(`Node ${execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim()}`);
const { status } = spawnSync(join(bin, 'node'), ['node_modules/vitest/vitest.mjs', 'run', ...rest], {
  stdio: 'inherit',
  env,
});
process.exit(status ?? 1);
