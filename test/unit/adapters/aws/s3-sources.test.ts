import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { openS3Sources, S3ObjectReader } from '../../../../src/adapters/aws/s3/s3-sources.ts';
import type { SourceSettings } from '../../../../src/adapters/aws/s3/bucket-reader.ts';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

interface Fake {
  readonly settings: SourceSettings;
  readonly requests: { url: URL; range: string | undefined; ifMatch: string | undefined }[];
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A server that answers as it is told: for answers that no good server gives. */
async function serve(handler: Handler): Promise<Fake> {
  const requests: Fake['requests'] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { range, 'if-match': ifMatch } = request.headers;
    requests.push({ url, range, ifMatch });
    handler(request, response, url);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const environment = { ...process.env, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  return {
    settings: {
      region: 'us-east-1',
      usualRegion: undefined,
      endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      pathStyle: true,
      environment,
      signal: new AbortController().signal,
    },
    requests,
  };
}

function page(keys: readonly string[], next?: string): string {
  const contents = keys
    .map((key) => `<Contents><Key>${encodeURIComponent(key)}</Key><Size>5</Size></Contents>`)
    .join('');
  const more =
    next === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
  return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${more}${contents}</ListBucketResult>`;
}

async function contentOf(source: Source | undefined): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of source?.read(() => undefined) ?? []) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

test('pages are followed by their tokens, and keys put in the order of their bytes', async () => {
  const pages: Record<string, string> = {
    '': page(['p/b', 'p/\u{1f600}'], 'two'),
    two: page(['p/a', 'p/\uff5e'], 'three'),
    three: page(['p/\u0001 +%.gz']),
  };
  const { settings } = await serve((_, response, url) => {
    response.end(pages[url.searchParams.get('continuation-token') ?? '']);
  });
  const sources = await openS3Sources('s3://bucket/p/', settings, { exceptBelow: [] });
  expect(sources.map(({ name }) => name)).toEqual(
    ['p/\u0001 +%.gz', 'p/a', 'p/b', 'p/\uff5e', 'p/\u{1f600}'].map((key) => `s3://bucket/${key}`),
  );
  const shares = await Promise.all(
    [0, 1].map((index) =>
      openS3Sources('s3://bucket/p/', settings, { exceptBelow: [], shard: { index, count: 2 } }),
    ),
  );
  expect(
    shares
      .flat()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(sources.map(({ name }) => name).toSorted());
});

test('a server that knows no ranges sends all again, and what was read is passed over', async () => {
  const body = gzipSync('x'.repeat(200_000) + Math.random());
  let tries = 0;
  const { settings, requests } = await serve((_, response, url) => {
    if (url.searchParams.has('list-type')) {
      response.end(page(['a.gz']));
      return;
    }
    response.writeHead(200, { 'content-length': body.length, etag: '"e"' });
    tries += 1;
    if (tries > 2) response.end(body);
    else response.write(body.subarray(0, tries * 50), () => setTimeout(() => response.destroy(), 20));
  });
  const [source] = await openS3Sources('s3://bucket/a.gz', settings, { exceptBelow: [] });
  let stored = 0;
  let content = 0;
  for await (const piece of source?.read((bytes) => (stored += bytes)) ?? []) content += piece.length;
  expect(content).toBeGreaterThan(200_000);
  expect(stored).toBe(body.length);
  expect(requests.slice(-2).map(({ range, ifMatch }) => [range, ifMatch])).toEqual([
    ['bytes=50-', '"e"'],
    ['bytes=100-', '"e"'],
  ]);
});

test('a body that never gets on is given up, and the source named', async () => {
  const { settings, requests } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 10, etag: '"e"' });
    response.flushHeaders();
    setTimeout(() => response.destroy(), 5);
  });
  const reader = new S3ObjectReader(settings);
  const object = { bucket: 'b', keys: ['k'], versionId: undefined, size: 10, region: undefined } as const;
  const error = await rejectionOf(contentOf(reader.source(object)));
  expect(error).toMatchObject({ code: 'source-broken' });
  expect(error.message).toContain('s3://b/k could not be read to its end');
  expect(requests).toHaveLength(6);
  await reader.close();
}, 10_000);

test('of two readings of a key, the second is tried where the first is none; of a version that is gone, neither', async () => {
  const { settings, requests } = await serve((_, response, url) => {
    if (url.pathname === '/b/a%20b') response.setHeader('etag', '"e"').end('line\n');
    else {
      response.writeHead(404);
      response.end('<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>');
    }
  });
  const reader = new S3ObjectReader(settings);
  const object = { bucket: 'b', versionId: 'v 1', size: undefined, region: 'eu-central-1' };
  expect(await contentOf(reader.source({ ...object, keys: ['a+b', 'a b'] }))).toBe('line\n');
  expect(requests.map(({ url }) => url.searchParams.get('versionId'))).toEqual(['v 1', 'v 1']);
  const error = await rejectionOf(contentOf(reader.source({ ...object, keys: ['c+d', 'c d'] })));
  expect(error).toMatchObject({ code: 'source-unreadable', details: { gone: true } });
  await reader.close();
});

test.each([
  { answer: [403, 'InvalidObjectState'], code: 'source-unreadable', cure: 'restore-object' },
  { answer: [403, 'AccessDenied'], code: 'access-denied', cure: 'Allow s3:GetObject' },
  { answer: [405, 'MethodNotAllowed'], code: 'source-unreadable', cure: 'deleted' },
])('$answer is told as what it is', async ({ answer: [status, name], code, cure }) => {
  const { settings } = await serve((_, response) => {
    response.writeHead(Number(status));
    response.end(`<Error><Code>${name}</Code><Message>m</Message></Error>`);
  });
  const reader = new S3ObjectReader(settings);
  const object = { bucket: 'b', keys: ['k'], versionId: undefined, size: 1, region: undefined } as const;
  const error = await rejectionOf(contentOf(reader.source(object)));
  expect(error.code).toBe(code);
  expect(error.cure).toContain(cure);
  await reader.close();
});

test.each([
  { listed: '&quot;e1&quot;', read: '"e2"', isSame: false },
  { listed: '&quot;e1&quot;', read: 'W/"e1"', isSame: true },
  { listed: 'e1', read: '"e1"', isSame: true },
  { listed: '', read: '"e2"', isSame: true },
])('listed as $listed, read as $read: what was replaced since is not read for the other', async (etags) => {
  const { settings } = await serve((_, response, url) => {
    if (url.searchParams.has('list-type'))
      response.end(page(['k']).replace('<Size>', `<ETag>${etags.listed}</ETag><Size>`));
    else response.setHeader('etag', etags.read).end('line\n');
  });
  const [source] = await openS3Sources('s3://bucket/k', settings, { exceptBelow: [] });
  const content = contentOf(source).catch((error: unknown) => String(error));
  expect(await content).toBe(
    etags.isSame
      ? 'line\n'
      : "AuditExportError: s3://bucket/k can't be read: it was replaced since it was listed.",
  );
});

test('small objects are asked for ahead, and those that nobody reads keep nobody from ending', async () => {
  const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
  const { settings, requests } = await serve((_, response, url) => {
    if (url.searchParams.has('list-type')) response.end(page(keys));
    else response.setHeader('etag', '"e"').end(`${url.pathname}\n`);
  });
  const sources = await openS3Sources('s3://bucket/', settings, { exceptBelow: [] });
  expect(await contentOf(sources[0])).toBe('/bucket/k0\n');
  await expect.poll(() => requests.length).toBe(1 + 5);
  const others: string[] = [];
  for (const source of sources.slice(1)) others.push(await contentOf(source));
  expect(others).toEqual(keys.slice(1).map((key) => `/bucket/${key}\n`));
  expect(requests).toHaveLength(1 + 8);
});

test('aborting ends a read that waits', async () => {
  const controller = new AbortController();
  const { settings, requests } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 1000, etag: '"e"' });
    response.write('one\n');
  });
  const reader = new S3ObjectReader({ ...settings, signal: controller.signal });
  const object = { bucket: 'b', keys: ['k'], versionId: undefined, size: 1000, region: undefined } as const;
  const reading = contentOf(reader.source(object));
  await expect.poll(() => requests.length).toBe(1);
  controller.abort();
  expect(await reading).toMatch(/^(?:one\n)?$/);
  await reader.close();
});
