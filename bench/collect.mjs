// Measures `collect snowflake`: how many queries a second, and how much memory, from the SQL API of a server on loopback to
// a folder. `node bench/collect.mjs [rows] [ids]`, a million rows if not said, after `npm run build`; with `ids` so many
// queries more are known before the second run. The server runs in a process of
// its own, so that what is measured is the program's alone.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const rowsPerPartition = 5000;
const windows = 20;
const hourNs = 3_600_000_000_000n;
const nowNs = BigInt(Date.UTC(2026, 0, 3)) * 1_000_000n;
const firstNs = nowNs - 3n * hourNs - BigInt(windows) * hourNs;
const columnForm = /^\s*(.+) AS (\w+),?$/;

/** Serves one result of so many queries, each of one registered object, as the SQL API does. */
function serve(rows) {
  const results = new Map();
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://snowflake');
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const handle = pathname.split('/')[4] ?? crypto.randomUUID();
      if (request.method === 'POST') results.set(handle, JSON.parse(Buffer.concat(pieces).toString('utf8')));
      answer(response, results.get(handle), {
        handle,
        part: Number(searchParams.get('partition') ?? 0),
        rows,
      });
    });
  });
  http.listen(0, '127.0.0.1', () => process.send(http.address().port));
}

function answer(response, { statement, bindings }, { handle, part, rows }) {
  // The columns of the result are those of the last SELECT.
  const names = statement
    .slice(statement.lastIndexOf('\nSELECT\n') + 1)
    .split('\n')
    .map((line) => columnForm.exec(line.replace('SELECT ', ''))?.[2])
    .filter((name) => name !== undefined);
  // Behind the tag; what ACCESS_HISTORY alone knows has none, and is nothing here.
  const isHistory = bindings?.['1']?.type === 'TEXT';
  const [from, until] = ['2', '3'].map((place) => BigInt(isHistory ? bindings[place].value : 0));
  const inRange =
    bindings === undefined ? 1 : Number((BigInt(rows) * (until - from)) / (BigInt(windows) * hourNs));
  const start =
    bindings === undefined ? 0 : Number((BigInt(rows) * (from - firstNs)) / (BigInt(windows) * hourNs));
  const parts = Math.max(1, Math.ceil(inRange / rowsPerPartition));
  const count = Math.min(rowsPerPartition, inRange - part * rowsPerPartition);
  const data = Array.from({ length: count }, (_, index) =>
    rowOf(names, start + part * rowsPerPartition + index, rows),
  );
  const partitionInfo = Array.from({ length: parts }, (_, index) => ({
    rowCount: Math.min(rowsPerPartition, inRange - index * rowsPerPartition),
    uncompressedSize: 1,
  }));
  const rowType = names.map((name) => ({ name, type: 'text', nullable: true }));
  const whole = {
    resultSetMetaData: { numRows: inRange, format: 'jsonv2', rowType, partitionInfo },
    code: '090001',
    statementHandle: handle,
    statementStatusUrl: `/api/v2/statements/${handle}`,
  };
  const body = gzipSync(JSON.stringify(part === 0 ? { ...whole, data } : { data }), { level: 1 });
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(body);
}

const accessed = JSON.stringify([
  {
    objectDomain: 'Table',
    objectName: 'SALES.PUBLIC.ORDERS',
    columns: [{ columnName: 'ID' }, { columnName: 'PRICE' }],
  },
]);
const text = `select ID, PRICE from SALES.PUBLIC.ORDERS where CUSTOMER = '4711' ${'and PRICE > 100 '.repeat(12)}`;

function rowOf(names, index, rows) {
  const endNs = firstNs + (BigInt(index) * BigInt(windows) * hourNs) / BigInt(rows);
  const id = `01b123a2-0603-e937-006a-${index.toString(16).padStart(12, '0')}`;
  const cells = {
    NOW_NS: String(nowNs),
    QUERY_ID: id,
    ACCESS_QUERY_ID: id,
    START_NS: String(endNs - 1_000_000_000n),
    END_NS: String(endNs),
    USER_NAME: 'JANE',
    ROLE_NAME: 'ANALYST',
    SESSION_ID: '30036471543391118',
    QUERY_TYPE: 'SELECT',
    EXECUTION_STATUS: 'SUCCESS',
    QUERY_TEXT: text,
    DIRECT_OBJECTS_ACCESSED: accessed,
    BASE_OBJECTS_ACCESSED: accessed,
  };
  return names.map((name) => cells[name] ?? null);
}

const message = (child) => new Promise((resolve) => child.once('message', resolve));

/** Runs the program in a process of its own. */
function runApart(...given) {
  const environment = { ...process.env, BENCH_RUN: JSON.stringify(given) };
  return message(fork(fileURLToPath(import.meta.url), [], { env: environment }));
}

/** Runs the program and answers with its report, its CPU time and its highest RSS. */
async function measure(folder, environment, flags) {
  const { run } = await import('../dist/cli/run.js');
  const { openLog } = await import('../dist/cli/terminal/log-context.js');
  const { systemClock } = await import('../dist/adapters/system/system-clock.js');
  const written = [];
  const context = {
    stdin: process.stdin,
    stdout: { write: (piece) => written.push(piece), isTTY: false },
    stderr: process.stderr,
    environment: { ...environment, XDG_STATE_HOME: join(folder, 'state') },
    workingFolder: folder,
    version: 'bench',
    signal: new AbortController().signal,
    clock: systemClock,
    log: openLog(process.stderr, 'text'),
  };
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await run(['collect', 'snowflake', '--json', '--quiet', ...flags], context);
  clearInterval(watch);
  const { user, system } = process.cpuUsage(cpu);
  const report = JSON.parse(written.join(''));
  return { report, seconds: (performance.now() - startedMs) / 1000, cpu: (user + system) / 1e6, peak };
}

function show(name, { report, seconds, cpu, peak }) {
  const rows = report.rows + report.overlapRows;
  const rate = (per) => Math.round(rows / per).toLocaleString('en');
  console.log(
    `${name}: ${rows.toLocaleString('en')} rows, ${report.records.toLocaleString('en')} records, ` +
      `${(report.delivery.contentBytes / 2 ** 20).toFixed(0)} MiB; ${seconds.toFixed(1)} s (${rate(seconds)} rows/s), ` +
      `CPU ${cpu.toFixed(1)} s (${rate(cpu)} rows/s), highest RSS ${(peak / 2 ** 20).toFixed(0)} MiB`,
  );
}

/** Makes an index know so many queries more, as collect does: those of an hour at a time. */
async function know(folder, ids) {
  const { openSeenQueries } = await import('../dist/cli/contexts/delivery/journal-context.js');
  const { SeenQueries } = await import('../dist/core/collect/seen-queries.js');
  const { KeptBytesFolder } = await import('../dist/adapters/fs/state/journal/kept-bytes.js');
  const kept = await KeptBytesFolder.open(join(folder, 'more'));
  const seen = new SeenQueries(openSeenQueries(folder, 3));
  const day = Number(nowNs / (24n * hourNs)) - 1;
  for (let id = 0; id < ids;) {
    const writer = await kept.begin('more');
    for (let hour = id + Math.ceil(ids / 48); id < Math.min(hour, ids); id += 5000) {
      const rows = Array.from({ length: 5000 }, (_, index) => ({
        queryId: `01b123a2-0603-e937-0bbb-${(id + index).toString(16).padStart(12, '0')}`,
        endNs: nowNs - 24n * hourNs,
        hasAccess: true,
      }));
      await writer.append(Buffer.concat(seen.newsOf(rows).map(({ key }) => key)));
    }
    const { name } = await writer.close();
    await seen.take({ segment: name, day }, kept);
  }
  await seen.close();
}

async function main(rows, ids) {
  const server = fork(fileURLToPath(import.meta.url), [String(rows)], {
    env: { ...process.env, BENCH_SERVER: '1' },
  });
  const folder = mkdtempSync(join(tmpdir(), 'audit-export-bench-'));
  try {
    writeFileSync(join(folder, 'users.csv'), 'snowflakeUser,profileId,userId\nJANE,1,jane@acme.com\n');
    writeFileSync(
      join(folder, 'objects.csv'),
      'object,dataSourceId,dataSourceName\nSALES.PUBLIC.ORDERS,1,Orders\n',
    );
    const url = `http://127.0.0.1:${await message(server)}`;
    const environment = { SNOWFLAKE_TOKEN: 'bench', SNOWFLAKE_AUTHENTICATOR: 'PROGRAMMATIC_ACCESS_TOKEN' };
    const files = ['--user-map', join(folder, 'users.csv'), '--data-sources', join(folder, 'objects.csv')];
    const flags = [
      '--account',
      'acme',
      '--account-url',
      url,
      '--user',
      'BENCH',
      ...files,
      '--to',
      join(folder, 'export'),
    ];
    const since = new Date(Number(firstNs / 1_000_000n)).toISOString();
    show('first run', await runApart(folder, environment, [...flags, '--since', since]));
    if (ids > 0) {
      const destinations = join(folder, 'state/audit-export/destinations');
      const [destination] = readdirSync(destinations);
      await know(join(destinations, destination, 'snowflake-acme'), ids);
    }
    show(
      `second run, nothing new${ids > 0 ? `, ${ids.toLocaleString('en')} more ids known` : ''}`,
      await runApart(folder, environment, flags),
    );
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const rows = Number(process.argv[2] ?? 1_000_000);
if (process.env['BENCH_SERVER'] === '1') serve(rows);
else if (process.env['BENCH_RUN'] === undefined) await main(rows, Number(process.argv[3] ?? 0));
else {
  process.send(await measure(...JSON.parse(process.env['BENCH_RUN'])));
  process.disconnect();
}
