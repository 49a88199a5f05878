import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

/** What an odd server gives for an answer. */
export interface OddAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A request that came. */
export interface Heard {
  method: string;
  host: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface OddServer {
  url: string;
  port: number;
  heard: Heard[];
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

/** The listener that keeps what it hears and answers as it is told. */
function listenerOf(heard: Heard[], answer: (request: Heard, index: number) => OddAnswer): RequestListener {
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const body = Buffer.concat(pieces).toString('latin1');
      const said = { method, path, headers, host: headers.host ?? '', body };
      const index = heard.push(said) - 1;
      const { status, headers: own = {}, body: text = '' } = answer(said, index);
      const length =
        method === 'HEAD' || status === 204 || status === 304
          ? {}
          : { 'content-length': String(Buffer.byteLength(text)) };
      response.writeHead(status, { ...length, ...own });
      response.end(status === 204 || status === 304 || method === 'HEAD' ? undefined : text);
    });
  };
}

/** A server on a free port of loopback that answers in any way; it ends with the test. */
export async function serveOdd(answer: (request: Heard, index: number) => OddAnswer): Promise<OddServer> {
  const heard: Heard[] = [];
  const port = await listen(createServer(listenerOf(heard, answer)));
  return { url: `http://127.0.0.1:${port}`, port, heard };
}

export interface Proxy {
  url: string;
  /** The hosts and ports that tunnels were asked for. */
  asked: string[];
}

/** A proxy that answers each CONNECT with a status, or with nothing at all. */
export async function refusingProxy(status: number | 'nothing'): Promise<Proxy> {
  const asked: string[] = [];
  const server = createServer((_request, response) => response.writeHead(500).end());
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    if (status === 'nothing') socket.destroy();
    else socket.end(`HTTP/1.1 ${status} No\r\nServer: squid/5.7\r\nContent-Length: 9\r\n\r\n<html>no\n`);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
}

/** A server that speaks TLS for all of AWS, by an authority of this test alone, and a proxy whose tunnels all end there. */
export async function proxyIntoTls(
  answer: (request: Heard, index: number) => OddAnswer,
): Promise<{ server: OddServer; proxy: Proxy; caFile: string }> {
  const folder = scratchFolder();
  const caFile = makeCertificates(folder);
  const heard: Heard[] = [];
  const pem = { key: readFileSync(join(folder, 'leaf.key')), cert: readFileSync(join(folder, 'leaf.pem')) };
  const port = await listen(createTlsServer(pem, listenerOf(heard, answer)));
  const asked: string[] = [];
  const proxy = createServer((_request, response) => response.writeHead(500).end());
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      inner.write(head);
      inner.pipe(socket).pipe(inner);
    });
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
    socket.on('close', () => inner.destroy());
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  return { server: { url: `https://localhost:${port}`, port, heard }, proxy: { url, asked }, caFile };
}

const names = [
  '*.s3.eu-central-1.amazonaws.com',
  's3.eu-central-1.amazonaws.com',
  'sts.eu-central-1.amazonaws.com',
  'portal.sso.eu-central-1.amazonaws.com',
  'oidc.eu-central-1.amazonaws.com',
  'iam.amazonaws.com',
  'localhost',
];

/** An authority and a server's certificate; answers with the path of the authority's. */
function makeCertificates(folder: string): string {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore' });
  };
  const subject = ['-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  openssl('req', '-x509', ...subject, '-subj', '/CN=test', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=l',
    '-keyout',
    at('leaf.key'),
    '-out',
    at('leaf.csr'),
  );
  writeFileSync(at('ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')},IP:127.0.0.1\n`);
  const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', at('leaf.csr'), ...ca, '-extfile', at('ext'), '-out', at('leaf.pem'));
  return at('ca.pem');
}

/** An error as S3 writes it. */
export function s3Error(code: string, message = 'm', more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>R1</RequestId></Error>`;
}

/** An answer of STS to AssumeRole and its like. */
export function stsCredentials(action: string): string {
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></${action}Result></${action}Response>`;
}
