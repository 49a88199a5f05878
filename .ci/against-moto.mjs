// Starts moto, runs the tests that speak to a server against it, and stops it.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

const [output] = process.argv.slice(2);
const up = process.env.AUDIT_EXPORT_MOTO_UP;
const port = process.env.MOTO_UP_PORT ?? '5581';
const env = { ...process.env, MOTO_UP_PORT: port };
const started = execFileSync('bash', [up], { env, encoding: 'utf8' });
const server = Object.fromEntries(
  started
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const passOn = [
  'ENDPOINT',
  'CUSTOMER_ACCOUNT_ID',
  'CUSTOMER_ACCESS_KEY_ID',
  'CUSTOMER_SECRET_ACCESS_KEY',
  'VENDOR_ACCOUNT_ID',
  'VENDOR_PRINCIPAL',
  'VENDOR_ACCESS_KEY_ID',
  'VENDOR_SECRET_ACCESS_KEY',
];
for (const name of passOn) env[`AUDIT_EXPORT_TEST_${name}`] = server[name];
env.AUDIT_EXPORT_TEST_REGION = server.AWS_REGION;
env.AUDIT_EXPORT_TEST_SERVER = server.SERVER;
try {
  const tests = ['test/contract', 'test/e2e/s3'];
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', ...tests, '--reporter=default', '--reporter=json', `--outputFile.json=${output}`],
    { env, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
} finally {
  spawnSync('bash', [join(dirname(up), 'moto-down.sh')], { env, stdio: 'inherit' });
}
