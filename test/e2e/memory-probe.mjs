// @ts-check
/** Loaded into the program with `--import`: writes the highest RSS of its life, in bytes, to a file when it ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Linux's `ru_maxrss` counts what the process was before `exec` too, which is a copy of the test runner; `VmHWM` begins
 * anew with the program.
 */
function peakBytes() {
  try {
    const highWater = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (highWater !== undefined) return Number(highWater) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}

if (isMainThread) {
  process.on('exit', () => writeFileSync(String(process.env['AUDIT_EXPORT_E2E_PEAK']), String(peakBytes())));
}
