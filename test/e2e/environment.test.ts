import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { OddAnswer } from '../fakes/odd-servers.ts';
import { proxyIntoTls, refusingProxy, s3Error, serveOdd } from '../fakes/odd-servers.ts';
import type { CliRun } from './run-cli.ts';
import { environmentOf, program, runCli, runForReport } from './run-cli.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

const key = { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-central-1' };
const good: OddAnswer = { status: 200, headers: { etag: '"x"' } };
const lineOf = (day: number): string =>
  `{"id":${day},"dt":"2025-03-${10 + day}T20:31:39.000Z","clientId":"c","rule":{}}\n`;

async function withLines(days = 1): Promise<Workspace> {
  const workspace = await newWorkspace();
  await workspace.write('e.jsonl', Array.from({ length: days }, (_, day) => lineOf(day)).join(''));
  return workspace;
}

/** One object, one request: the log of deliveries would add its own. */
const push = ['push', '--to', 's3://bkt/p', 'e.jsonl', '--retry-for', '1s', '--evidence', 'off'];

describe('what the environment of a run says of its connections', () => {
  test('an answer of 200 that holds an error delivers nothing: exit 6, and the balance says so', async () => {
    const workspace = await withLines(3);
    const { url } = await serveOdd(() => ({ ...good, body: s3Error('InternalError') }));
    const run = await runForReport(workspace, [...push, '--endpoint-url', url], { environment: key });
    expect(run.code).toBe(6);
    expect(run.report.balance).toMatchObject({ read: 3, delivered: 0, undelivered: 3 });
    expect(run.report.retries).not.toEqual({});
    // The next run, to a store that works, delivers them.
    const mended = await serveOdd(() => good);
    const again = await runForReport(workspace, [...push, '--endpoint-url', mended.url], {
      environment: key,
    });
    expect([again.code, again.report.balance.delivered]).toEqual([0, 3]);
  });

  test('an older MinIO that says 304: again is free', async () => {
    const stored = new Set<string>();
    const { url } = await serveOdd(({ path }) => {
      if (stored.has(path)) return { status: 304 };
      stored.add(path);
      return good;
    });
    const first = await withLines();
    expect((await runForReport(first, [...push, '--endpoint-url', url], { environment: key })).code).toBe(0);
    const second = await withLines();
    const again = await runForReport(second, [...push, '--endpoint-url', url], { environment: key });
    expect([again.code, again.report.balance.alreadyDelivered]).toEqual([0, 1]);
  });

  test('variables that are empty are not set: through the proxy, with the bucket in the host name', async () => {
    const { proxy, server, caFile } = await proxyIntoTls(() => good);
    const empty = Object.fromEntries(
      [
        'AWS_ENDPOINT_URL',
        'AWS_ENDPOINT_URL_S3',
        'AWS_PROFILE',
        'AWS_DEFAULT_REGION',
        'AWS_SESSION_TOKEN',
        'AWS_MAX_ATTEMPTS',
        'NO_PROXY',
        'AUDIT_EXPORT_ENDPOINT_URL',
        'AUDIT_EXPORT_OBJECT_SIZE',
        'AUDIT_EXPORT_LOG_FORMAT',
        'AWS_CONFIG_FILE',
        'XDG_CONFIG_HOME',
      ].map((name) => [name, '']),
    );
    const environment = { ...key, ...empty, HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile };
    const run = await runCli(await withLines(), push, { environment });
    expect(run).toMatchObject({ code: 0 });
    expect(proxy.asked).toEqual(['bkt.s3.eu-central-1.amazonaws.com:443']);
    expect(server.heard).toHaveLength(1);
  });

  test('an empty AWS_REGION leaves the region to the AWS profile', async () => {
    const { proxy, caFile } = await proxyIntoTls(() => good);
    const workspace = await withLines();
    await workspace.write('home/.aws/config', '[default]\nregion = eu-central-1\n');
    const environment = { ...key, AWS_REGION: '', HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: caFile };
    expect(await runCli(workspace, push, { environment })).toMatchObject({ code: 0 });
    expect(proxy.asked).toEqual(['bkt.s3.eu-central-1.amazonaws.com:443']);
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--endpoint-url', ['--endpoint-url', 'localhost:9000'], {}],
    ['AUDIT_EXPORT_ENDPOINT_URL', [], { AUDIT_EXPORT_ENDPOINT_URL: 'minio' }],
    ['AWS_ENDPOINT_URL', [], { AWS_ENDPOINT_URL: 'localhost:9000' }],
    ['AWS_ENDPOINT_URL_STS', [], { AWS_ENDPOINT_URL_STS: 'sts' }],
  ])('%s that is no URL is exit 2, before anything is read', async (name, flags, environment) => {
    const workspace = await newWorkspace();
    const run = await runCli(workspace, ['push', '--to', 's3://bkt/p', ...flags], {
      stdin: 'open',
      environment: { ...key, ...environment },
      timeoutMs: 20_000,
    });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(name);
    expect(existsSync(workspace.path('state', 'audit-export', 'runs.jsonl'))).toBe(false);
  });

  test('a proxy that refuses is named, and the exit is that of a delivery that may be tried again', async () => {
    const proxy = await refusingProxy(403);
    const run = await runCli(await withLines(), push, { environment: { ...key, HTTPS_PROXY: proxy.url } });
    expect(run.code).toBe(6);
    expect(run.stderr).toMatch(
      /the proxy 127\.0\.0\.1:\d+ does not let us through to bkt\.s3\.eu-central-1\.amazonaws\.com:443 \(HTTP 403/,
    );
    expect(run.stderr).not.toContain('credentials');
  });

  test('what S3 says of a denial is in the error, in its details and in the cure', async () => {
    const { url } = await serveOdd(() => ({
      status: 403,
      body: s3Error(
        'AccessDenied',
        'User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::bkt/p/x" with an explicit deny in a resource-based policy',
      ),
    }));
    const run = await runCli(await withLines(), [...push, '--endpoint-url', url, '--json'], {
      environment: key,
    });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('explicit deny in a resource-based policy');
    expect(run.stderr).toContain('--sse AES256');
    expect(run.stdout).toContain('"deniedBy": "an explicit deny in a resource-based policy"');
  });

  test('AUDIT_EXPORT_SSE, --sse and the member of a profile send the header', async () => {
    const { url, heard } = await serveOdd(() => good);
    const flags = [...push, '--endpoint-url', url];
    await runCli(await withLines(), flags, { environment: { ...key, AUDIT_EXPORT_SSE: 'AES256' } });
    await runCli(await withLines(), [...flags, '--sse', 'AES256'], { environment: key });
    const workspace = await withLines();
    await workspace.write(
      'audit-export.json',
      JSON.stringify({ profiles: { a: { to: 's3://bkt/p', sse: 'AES256' } } }),
    );
    await runCli(workspace, [...flags, '--profile', 'a'], { environment: key });
    expect(heard.map(({ headers }) => headers['x-amz-server-side-encryption'])).toEqual([
      'AES256',
      'AES256',
      'AES256',
    ]);
    expect(await runCli(workspace, [...flags, '--sse', 'AES256', '--kms-key-id', 'k'])).toMatchObject({
      code: 2,
    });
  });
});

/** Runs with stdout on a device that is always full. */
async function ontoFullDisk(
  workspace: Workspace,
  args: readonly string[],
): Promise<Pick<CliRun, 'code' | 'stderr'>> {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: workspace.folder,
    env: environmentOf(workspace),
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  let stderr = '';
  child.stderr?.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

describe('stdout on a full disk is an error, and no trace', () => {
  test.each([
    ['a report', ['push', '--to', 'out', 'e.jsonl', '--json']],
    ['a list', ['types', 'list']],
    ['the help', ['--help']],
    ['what is found', ['find', '--from', 'out']],
  ])('%s', async (_name, args) => {
    const workspace = await withLines();
    if (args[0] === 'find') await runCli(workspace, ['push', '--to', 'out', 'e.jsonl']);
    const { code, stderr } = await ontoFullDisk(workspace, args);
    expect(code).toBe(3);
    expect(stderr).toMatch(/stdout can't be written: ENOSPC/);
    expect(stderr).not.toMatch(/ at |bug of this tool/);
    expect(stderr.match(/ENOSPC/g)).toHaveLength(1);
  });

  test('what was delivered is delivered', async () => {
    const workspace = await withLines();
    await ontoFullDisk(workspace, ['push', '--to', 'out', 'e.jsonl', '--json']);
    const again = await runForReport(workspace, ['push', '--to', 'out', 'e.jsonl', '--reread']);
    expect(again.report.balance).toMatchObject({ delivered: 0, alreadyDelivered: 1 });
  });
});

test.each([[], ['--log-format', 'json']])(
  'a folder that was removed under the shell that starts it ends with 3 %j',
  async (...format) => {
    const workspace = await withLines();
    const env = environmentOf(workspace);
    const gone = workspace.path('gone');
    const script = `mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"`;
    const words = [
      process.execPath,
      program,
      'push',
      workspace.path('e.jsonl'),
      '--to',
      workspace.path('out'),
    ];
    const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', gone, ...words, ...format], {
      env,
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/folder that this was started in is gone/);
    expect(stderr).not.toMatch(/uv_cwd| at |bug of this tool/);
  },
);

describe('with --log-format json every line on stderr is an object', () => {
  const objects = ({ stderr }: Pick<CliRun, 'stderr'>): { event: string; message: string }[] =>
    stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { event: string; message: string });

  test('also what the SDK prints: a profile beside a key', async () => {
    const { url } = await serveOdd(() => good);
    const workspace = await withLines();
    await workspace.write(
      'home/.aws/config',
      '[profile p]\naws_access_key_id = AKIA2\naws_secret_access_key = s\n',
    );
    const environment = { ...key, AWS_PROFILE: 'p' };
    const run = await runCli(workspace, [...push, '--endpoint-url', url, '--log-format', 'json'], {
      environment,
    });
    expect(run.code).toBe(0);
    expect(objects(run).some(({ message }) => message.includes('Multiple credential sources'))).toBe(true);
  });

  test('also warnings of Node, errors and a full disk', async () => {
    const workspace = await withLines();
    const warned = await runCli(workspace, [...push, '--log-format', 'json'], {
      environment: { ...key, AWS_PROFILE: 'nosuch', AWS_ACCESS_KEY_ID: '', NODE_EXTRA_CA_CERTS: '/nowhere' },
      nodeFlags: ['--trace-deprecation'],
    });
    expect(warned.code).toBe(4);
    // What Node prints before the program begins is not ours.
    const own = warned.stderr
      .split('\n')
      .filter((line) => !/NODE_EXTRA_CA_CERTS|^Warning: Ignoring/.test(line));
    expect(objects({ stderr: own.join('\n') }).at(-1)?.message).toContain('no AWS profile nosuch');
    const full = await ontoFullDisk(workspace, ['types', 'list', '--log-format', 'json']);
    expect(objects(full).at(-1)).toMatchObject({ event: 'failed', code: 'output-failed' });
  });
});
