// Runs the soak test for longer than CI does: npm run soak -- --minutes 30 --seed 7
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const { status } = spawnSync('npx', ['vitest', 'run', 'test/e2e/soak.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, AUDIT_EXPORT_SOAK_MINUTES: values.minutes, AUDIT_EXPORT_SOAK_SEED: values.seed },
});
process.exitCode = status ?? 1;
