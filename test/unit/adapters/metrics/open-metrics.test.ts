import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MetricsSettings } from '../../../../src/adapters/metrics/open-metrics.ts';
import { openMetrics } from '../../../../src/adapters/metrics/open-metrics.ts';
import type { Family } from '../../../../src/core/metrics/exposition.ts';
import { parseExposition } from '../../../../src/core/metrics/exposition.ts';
import { metricTable } from '../../../../src/core/metrics/metric-table.ts';
import { keptLog } from '../../../fakes/kept-log.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

async function open(more: Partial<MetricsSettings>) {
  const log = keptLog();
  const settings = {
    file: undefined,
    port: undefined,
    host: '127.0.0.1',
    profile: 'acme',
    version: '1.2.3',
    log,
  };
  const metrics = await openMetrics({ ...settings, ...more });
  onTestFinished(() => metrics.close());
  return { metrics, log };
}

const valueOf = (families: readonly Family[], name: string): number | undefined =>
  families.find((family) => family.name === name)?.samples[0]?.value;

describe('what is shown', () => {
  test('parses strictly, names every metric of the table, and says whose it is', async () => {
    const file = join(scratchFolder(), 'audit.prom');
    const { metrics } = await open({ file });
    metrics.observe({ metric: 'lines', value: 3, labels: { type: 'a"\\\n', outcome: 'delivered' } });
    metrics.observe({ metric: 'deliveryLag', value: 61, labels: { type: 'query' } });
    await metrics.close();
    const families = parseExposition(readFileSync(file, 'utf8'));
    expect(families.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      Object.values(metricTable).map(({ name, type, help }) => ({ name, type, help })),
    );
    const samples = families.flatMap(({ samples }) => samples);
    for (const { labels } of samples) expect(labels).toContainEqual(['profile', 'acme']);
    expect(samples).toContainEqual({
      name: 'audit_export_lines_total',
      labels: expect.arrayContaining([['type', 'a"\\\n']]) as unknown,
      value: 3,
    });
    expect(samples).toContainEqual({
      name: 'audit_export_build_info',
      labels: [
        ['profile', 'acme'],
        ['version', '1.2.3'],
        ['node_version', process.versions.node],
      ],
      value: 1,
    });
  });

  test('has no series of which nothing is known: a last success of 1970 would be an alarm', async () => {
    const file = join(scratchFolder(), 'audit.prom');
    const { metrics } = await open({ file });
    await metrics.close();
    const names = parseExposition(readFileSync(file, 'utf8')).flatMap(({ samples }) =>
      samples.map(({ name }) => name),
    );
    expect(names).toEqual(['audit_export_build_info']);
  });

  test('has cumulative buckets up to +Inf', async () => {
    const file = join(scratchFolder(), 'audit.prom');
    const { metrics } = await open({ file });
    for (const value of [1, 100, 1e9])
      metrics.observe({ metric: 'deliveryLag', value, labels: { type: 'query' } });
    await metrics.close();
    const { samples } = parseExposition(readFileSync(file, 'utf8')).find(
      ({ type }) => type === 'histogram',
    ) as Family;
    const counts = samples.filter(({ name }) => name.endsWith('_bucket')).map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect([counts[0], counts[1], counts.at(-1)]).toEqual([1, 2, 3]);
    expect(samples.find(({ name }) => name.endsWith('_count'))?.value).toBe(3);
  });
});

describe('--metrics-file', () => {
  test('is readable by everyone, whatever the umask, and leaves nothing else in the folder', async () => {
    const folder = scratchFolder();
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    const { metrics } = await open({ file: join(folder, 'audit.prom') });
    await metrics.close();
    expect(statSync(join(folder, 'audit.prom')).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['audit.prom']);
  });

  test('goes on counting where the run before ended, and keeps its last success', async () => {
    const file = join(scratchFolder(), 'audit.prom');
    const first = await open({ file });
    first.metrics.observe({ metric: 'linesRead', value: 100 });
    first.metrics.observe({ metric: 'lastSuccess', value: 1_767_225_600 });
    first.metrics.observe({ metric: 'openPartitions', value: 4 });
    await first.metrics.close();
    const second = await open({ file });
    second.metrics.observe({ metric: 'linesRead', value: 120 });
    second.metrics.observe({ metric: 'lastRunExitCode', value: 6 });
    await second.metrics.close();
    const families = parseExposition(readFileSync(file, 'utf8'));
    expect(valueOf(families, 'audit_export_lines_read_total')).toBe(220);
    expect(valueOf(families, 'audit_export_last_success_timestamp_seconds')).toBe(1_767_225_600);
    expect(valueOf(families, 'audit_export_last_run_exit_code')).toBe(6);
    expect(valueOf(families, 'audit_export_open_partitions')).toBeUndefined();
  });

  test('is written while the run goes on', async () => {
    const file = join(scratchFolder(), 'audit.prom');
    const { metrics } = await open({ file, writeEveryMs: 5 });
    metrics.observe({ metric: 'linesRead', value: 7 });
    const read = (): number | undefined =>
      existsSync(file)
        ? valueOf(parseExposition(readFileSync(file, 'utf8')), 'audit_export_lines_read_total')
        : undefined;
    await expect.poll(read).toBe(7);
    metrics.observe({ metric: 'linesRead', value: 1 });
    await expect.poll(read).toBe(8);
  });

  test.each([
    ['metrics of somebody else', '# TYPE node_load1 gauge\nnode_load1 1\n'],
    ['no metrics at all', 'precious notes\n'],
  ])('that holds %s is refused and left as it is', async (_, text) => {
    const file = join(scratchFolder(), 'notes');
    writeFileSync(file, text);
    await expect(open({ file })).rejects.toMatchObject({ code: 'usage', details: { file } });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('that can no longer be written is told once, and the run goes on', async () => {
    const folder = join(scratchFolder(), 'not', 'there');
    const { metrics, log } = await open({ file: join(folder, 'audit.prom'), writeEveryMs: 5 });
    await expect.poll(() => log.told.length).toBe(1);
    mkdirSync(folder, { recursive: true });
    await expect.poll(() => existsSync(join(folder, 'audit.prom'))).toBe(true);
    chmodSync(folder, 0o700);
    await metrics.close();
    expect(log.told.map(({ level, event }) => ({ level, event }))).toEqual([
      { level: 'warn', event: 'metrics-not-written' },
    ]);
  });
});

describe('--metrics-port', () => {
  const started = { metric: 'lastRunStart', value: 1 } as const;

  test('serves the metrics with the content type of the text format', async () => {
    const { metrics } = await open({ port: 0 });
    metrics.observe({ metric: 'linesRead', value: 5 });
    const response = await fetch(`${metrics.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(valueOf(parseExposition(await response.text()), 'audit_export_lines_read_total')).toBe(5);
  });

  test('listens on loopback, and says where', async () => {
    const { metrics, log } = await open({ port: 0 });
    expect(metrics.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(log.told).toEqual([
      {
        level: 'note',
        event: 'metrics',
        message: `Metrics are at ${metrics.url}/metrics.`,
        facts: { url: metrics.url },
      },
    ]);
  });

  test('is alive from the start, ready once a run has begun, and not ready in an outage', async () => {
    const { metrics } = await open({ port: 0 });
    const statusOf = async (path: string): Promise<number> => (await fetch(`${metrics.url}${path}`)).status;
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503]);
    metrics.observe(started);
    expect(await statusOf('/readyz')).toBe(200);
    metrics.observe({ metric: 'outage', value: 1 });
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503]);
    expect(await (await fetch(`${metrics.url}/readyz`)).text()).toContain('outage');
    metrics.observe({ metric: 'outage', value: 0 });
    expect(await statusOf('/readyz?verbose')).toBe(200);
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/toString', 404],
    ['GET', '/__proto__', 404],
    ['HEAD', '/healthz', 200],
    ['POST', '/metrics', 405],
    ['DELETE', '/elsewhere', 404],
  ])('answers %s %s with %d', async (method, path, status) => {
    const { metrics } = await open({ port: 0 });
    const response = await fetch(`${metrics.url}${path}`, { method });
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  test('is free again when the metrics are closed, whoever is still connected', async () => {
    const { metrics } = await open({ port: 0 });
    const url = `${metrics.url}/healthz`;
    await (await fetch(url)).text();
    await metrics.close();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('that is taken is refused with its name', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(open({ port })).rejects.toMatchObject({ code: 'port-in-use', details: { port } });
  });

  test.each([
    [{ port: 70_000 }, 'is no port'],
    [{ port: 0, host: '192.0.2.1' }, "can't be listened on"],
  ])('%j is refused', async (more, text) => {
    await expect(open(more)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(text) as string,
    });
  });
});
