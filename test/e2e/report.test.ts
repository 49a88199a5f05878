import { expect, test } from 'vitest';
import { exampleOptions, generateInput } from './generated-input.ts';
import { runCli, runForReport } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const stdin = generateInput(exampleOptions).bytes;

/** The members of a document with their types; lists show what their items have. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((item) => [JSON.stringify(shapeOf(item)), shapeOf(item)]));
    return [...shapes.keys()].toSorted().map((key) => shapes.get(key));
  }
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

test('the report of push has the shape that scripts rely on', async () => {
  const workspace = await newWorkspace();
  const { report } = await runForReport(workspace, ['push', '--to', 'export'], { stdin });
  const counts = {
    recognised: 'number',
    delivered: 'number',
    alreadyDelivered: 'number',
    duplicate: 'number',
    notSelected: 'number',
    quarantined: 'number',
  };
  expect(shapeOf(report)).toEqual({
    report: 'string',
    evidence: {
      log: 'string',
      leaves: 'number',
      unpublished: 'number',
      putRequests: 'number',
      bytes: 'number',
      problem: 'null',
    },
    version: 'number',
    outcome: 'string',
    exitCode: 'number',
    dryRun: 'boolean',
    store: 'string',
    profile: 'null',
    startedAt: 'string',
    endedAt: 'string',
    seconds: 'number',
    sources: [
      { name: 'string', format: 'string', storedBytes: 'number', lines: 'number', reformatted: 'boolean' },
    ],
    balance: {
      read: 'number',
      delivered: 'number',
      alreadyDelivered: 'number',
      duplicate: 'number',
      notSelected: 'number',
      ignored: 'number',
      quarantined: 'number',
      blank: 'number',
      undelivered: 'number',
    },
    balanced: 'boolean',
    types: [{ type: 'string', ...counts }],
    partitions: [
      {
        folder: 'string',
        lines: 'number',
        delivered: 'number',
        alreadyDelivered: 'number',
        objects: 'number',
        bytes: 'number',
        compressedBytes: 'number',
      },
    ],
    objects: [
      {
        key: 'string',
        lines: 'number',
        bytes: 'number',
        compressedBytes: 'number',
        sha256: 'string',
        status: 'string',
        earliest: 'string',
        latest: 'string',
      },
    ],
    earliest: 'string',
    latest: 'string',
    putRequests: 'number',
    retries: {},
    contentBytes: 'number',
    compressedBytes: 'number',
    quarantine: {
      folder: 'string',
      file: 'string',
      reasons: [{ reason: 'string', means: 'string', lines: 'number' }],
    },
    warnings: [],
    waiting: [],
    problems: [],
    lateness: [{ age: 'string', lines: 'number' }],
    throughput: { linesPerSecond: 'number', bytesPerSecond: 'number' },
    error: 'null',
  });
  expect({ report: report.report, version: report.version }).toEqual({ report: 'push', version: 1 });
});

test('the report of push names each object with what a reader finds, and its SHA-256 in full', async () => {
  const workspace = await newWorkspace();
  const { report } = await runForReport(workspace, ['push', '--to', 'export'], { stdin });
  for (const { key, sha256, earliest } of report.objects) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(key).toContain(`/${earliest.replaceAll(/[-:.]/g, '')}-${sha256.slice(0, 32)}.jsonl.gz`);
  }
  expect(report.earliest).toBe(report.objects.map(({ earliest }) => earliest).toSorted()[0]);
  expect(report.latest).toBe(
    report.objects
      .map(({ latest }) => latest)
      .toSorted()
      .at(-1),
  );
});

test('the shape of the list of the quarantine is stable, too', async () => {
  const workspace = await newWorkspace();
  await runCli(workspace, ['push', '--to', 'export'], { stdin });
  const list = JSON.parse((await runCli(workspace, ['quarantine', 'list', '--json'])).stdout) as object;
  expect(Object.keys(list)).toEqual([
    'report',
    'version',
    'folders',
    'lists',
    'lines',
    'destinations',
    'groups',
  ]);
  const { groups } = list as { groups: object[] };
  expect(groups.map((group) => Object.keys(group))).toEqual(
    groups.map(() => ['reason', 'means', 'cure', 'lines', 'samples']),
  );
});

test('the text report goes to stdout and says the sum, the quarantine and where to look; stderr stays empty', async () => {
  const workspace = await newWorkspace();
  const { stdout, stderr } = await runCli(workspace, ['push', '--to', 'export'], { stdin });
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(-2)).toEqual([
    'Delivered to export; 6 lines were quarantined',
    '  → audit-export quarantine list',
  ]);
  expect(stdout).toContain('64 lines from stdin: 57 delivered, 6 quarantined, 1 blank\n');
  expect(lines.length, 'fits a terminal of 24 lines').toBeLessThan(24);
});

test('where all is well and nobody looks, a run says one line; the tables are for --verbose', async () => {
  const workspace = await newWorkspace();
  const good = generateInput({ seed: 73, lines: 20, hours: 30 }).bytes;
  const { stdout } = await runCli(workspace, ['push', '--to', 'export'], { stdin: good });
  expect(stdout).toMatch(/^Delivered to export; 20 lines from stdin: 20 delivered; [^\n]+\n$/);
  expect(stdout, 'of so few lines a speed says nothing').not.toContain('lines/s');
  const again = await runCli(workspace, ['push', '--to', 'export', '--verbose'], { stdin: good });
  expect(again.stdout).toMatch(/Lines read from stdin\s+20\n\s+delivered\s+0\n\s+already delivered\s+20\n/);
  expect(again.stdout).toMatch(/\n {2}balanced\n/);
  expect(again.stdout).toMatch(/\nNothing new: all of it was delivered to export before\n$/);
});
