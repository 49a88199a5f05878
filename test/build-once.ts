import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All that the build is made of. */
const made = [
  'src',
  'schemas',
  'wasm',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.build.json',
];
/** The last build removes it first, and writes it at its end. */
const result = 'dist/cli/main.js';

/** Tests run the program, or start worker threads, from `dist`: it is built before the first test, if it is not already. */
export function setup(): void {
  if (builtMs() > Math.max(...made.map(newestMs))) return;
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}

function builtMs(): number {
  return statSync(result, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When a file, or anything in a folder, was last written; what is removed or renamed shows in the folder's own time. */
function newestMs(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
