// What takes long: writing, rotation, kills and every fault of the store, for as long as is said; kills at random moments of one
// large run; and the memory that 150 MiB need. npm run soak -- --minutes 30 --seed 7
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    reporter: { type: 'string', multiple: true, default: [] },
    'outputFile.json': { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
});
const report = ['reporter', 'outputFile.json'].flatMap((name) =>
  values[name].map((value) => `--${name}=${value}`),
);
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'soak', ...report, ...positionals], {
  stdio: 'inherit',
  env: { ...process.env, AUDIT_EXPORT_SOAK_MINUTES: values.minutes, AUDIT_EXPORT_SOAK_SEED: values.seed },
});
process.exitCode = status ?? 1;
