// Runs the tests that speak to servers against moto as well: those that start one themselves, and those that are pointed at one.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';

const [output] = process.argv.slice(2);
const up = resolve(process.env.AUDIT_EXPORT_MOTO_UP);
const base = { ...process.env, AUDIT_EXPORT_MOTO_UP: up, MOTO_UP_PORT: process.env.MOTO_UP_PORT ?? '5581' };

function vitest(tests, name, env) {
  const report = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(output, `${name}.json`)}`,
  ];
  return spawnSync('npx', ['vitest', 'run', ...tests, ...report], { env, stdio: 'inherit' }).status ?? 1;
}

const own = vitest(
  [
    'test/contract',
    'test/unit/commands/iam',
    'test/e2e/init-servers.test.ts',
    'test/e2e/test-access.test.ts',
    'test/e2e/iam.test.ts',
    'test/e2e/consumers',
  ],
  'moto-own',
  base,
);

const started = execFileSync('bash', [up], { env: base, encoding: 'utf8' });
const server = Object.fromEntries(
  started
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const pointed = Object.fromEntries(
  [
    'ENDPOINT',
    'CUSTOMER_ACCOUNT_ID',
    'CUSTOMER_ACCESS_KEY_ID',
    'CUSTOMER_SECRET_ACCESS_KEY',
    'VENDOR_ACCOUNT_ID',
    'VENDOR_PRINCIPAL',
    'VENDOR_ACCESS_KEY_ID',
    'VENDOR_SECRET_ACCESS_KEY',
  ].map((name) => [`AUDIT_EXPORT_TEST_${name}`, server[name]]),
);
let given = 1;
try {
  const env = {
    ...base,
    ...pointed,
    AUDIT_EXPORT_TEST_REGION: server.AWS_REGION,
    AUDIT_EXPORT_TEST_SERVER: server.SERVER,
  };
  given = vitest(['test/e2e/promises', 'test/e2e/s3-delivery'], 'moto-given', env);
} finally {
  spawnSync('bash', [join(dirname(up), 'moto-down.sh')], { env: base, stdio: 'inherit' });
}
process.exitCode = own === 0 && given === 0 ? 0 : 1;
