// @ts-check
/**
 * An S3 endpoint that takes PUTs and keeps the bodies until it is asked what was in them. It runs in a process of its
 * own (`fork`), so that its CPU is not counted, and checks nothing while it is written to: no signature, no checksum.
 */
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { addTallies, tallyLines } from './fingerprint.mjs';

/** @typedef {{ objects: number, bytes: number, lines: number, sum: number }} SinkTally */

/** @type {Map<string, { body: Buffer, chunked: boolean }>} */
const objects = new Map();

/** Some programs look before they write. */
const emptyList = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const key = request.url ?? '';
    // `PUT /bucket` makes the bucket, which is there anyhow.
    if (request.method === 'PUT' && key.split('/').length > 2) {
      if (objects.has(key) && request.headers['if-none-match'] === '*') {
        response.writeHead(412).end();
        return;
      }
      const chunked = (request.headers['content-encoding'] ?? '').includes('aws-chunked');
      objects.set(key, { body: Buffer.concat(pieces), chunked });
    }
    if (request.method === 'GET') response.writeHead(200).end(emptyList);
    else if (request.method === 'HEAD' && !objects.has(key)) response.writeHead(404).end();
    else response.writeHead(200, { etag: '"0"' }).end();
  });
});
server.keepAliveTimeout = 60_000;

/** Undoes `aws-chunked`: size in hex, extensions, CRLF, bytes, CRLF; a size of 0 ends it. @param {Buffer} body */
function dechunk(body) {
  /** @type {Buffer[]} */
  const pieces = [];
  for (let at = 0; at < body.length;) {
    const head = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, head), 16);
    if (!(size > 0)) break;
    pieces.push(body.subarray(head + 2, head + 2 + size));
    at = head + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}

/** What is in a body; `push` itself reads zstd, whose frames Node reads one at a time. @param {Buffer} body */
async function decode(body) {
  const magic = body.subarray(0, 4).toString('hex');
  if (magic.startsWith('1f8b')) return [gunzipSync(body)];
  if (magic !== '28b52ffd') return [body];
  const { decompress } = await import(
    new URL('../dist/adapters/fs/compression/decompress.js', import.meta.url).href
  );
  return decompress('a body', Readable.from([body]));
}

/** Counts what came since the last time, and forgets it. @returns {Promise<SinkTally>} */
async function takeTally() {
  const bodies = [...objects.values()].map(({ body, chunked }) => (chunked ? dechunk(body) : body));
  objects.clear();
  const tallies = [];
  for (const body of bodies) tallies.push(await tallyLines(await decode(body)));
  return {
    objects: bodies.length,
    bytes: bodies.reduce((total, { length }) => total + length, 0),
    ...addTallies(tallies),
  };
}

process.on('message', (message) => {
  if (message === 'tally') void takeTally().then((tally) => process.send?.({ tally }));
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
