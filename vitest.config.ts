import { statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Tests that replace what a whole worker has: modules, or globals that others in it would see. */
const alone = [
  'test/unit/cli/push-flags.test.ts',
  'test/unit/cli/no-place-for-state.test.ts',
  'test/unit/core/classify/slot-reader.test.ts',
  'test/unit/access/bent-setups.test.ts',
  'test/unit/adapters/fs/folder-store.test.ts',
];

/** What is short for a person and long for a machine: `npm run soak`. */
const soak = ['test/soak/**/*.test.ts'];

/** Variables of this machine that the AWS SDK or a proxy would hear of. */
const unset = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** A file system in memory where there is a large one: nobody cuts the power of a test, and fsync is most of what its files cost. */
function temporaryFolder(): { TMPDIR?: string } {
  const memory = '/dev/shm';
  const wantedBytes = 2 ** 31;
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize < wantedBytes ? {} : { TMPDIR: memory };
  } catch {
    return {};
  }
}

/** What starts processes or waits for a clock may fail once where a machine is busy: the gate tries it again, and names it. */
const retry = Number(process.env['AUDIT_EXPORT_TEST_RETRIES'] ?? '0');

const shared = {
  // Many tests start programs of their own: more files at a time would measure each other.
  maxWorkers: 2,
  setupFiles: ['test/each-file.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Buffers are not on the heap, but count: with the small heap of a test they would have it searched five times as often.
  execArgv: ['--initial-old-space-size=512'],
  // The program as it was built is loaded by Node itself, once a worker.
  server: { deps: { external: [/^(?!.*node_modules).*\/dist\//] } },
  env: {
    ...Object.fromEntries(unset.map((name) => [name, ''])),
    ...temporaryFolder(),
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    NO_COLOR: '1',
  },
};

// The files of a project share their workers, and what those have loaded: that is most of what a short test costs. All projects are of
// one group, so that no worker waits at the end of a project.
export default defineConfig({
  test: {
    globalSetup: ['test/build-once.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'e2e',
          retry,
          include: ['test/e2e/**/*.test.ts', 'test/contract/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/contract/**', ...soak, ...alone],
          isolate: false,
        },
      },
      { test: { ...shared, name: 'alone', include: alone } },
      ...(process.env['AUDIT_EXPORT_SOAK_MINUTES'] === undefined
        ? []
        : [{ test: { ...shared, name: 'soak', retry, include: soak } }]),
    ],
  },
});
