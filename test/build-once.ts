import { execFileSync } from 'node:child_process';

/** Tests that start the program, or worker threads, use `dist`: build it once, before the first test. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
