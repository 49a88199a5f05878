import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openSnowflakeSession } from '../../../../src/adapters/snowflake/open-session.ts';
import { openTransport } from '../../../../src/adapters/snowflake/transport.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { quickPace, startWorld } from '../../../snowflake/simulated-world.ts';

const servers: Server[] = [];

async function listen(onRequest: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(onRequest);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test('HTTPS_PROXY is gone through, and hears no token', async () => {
  const { server, url } = await listen(() => undefined);
  const heard: string[] = [];
  server.on('connect', (request, socket) => {
    heard.push(`${request.url} ${JSON.stringify(request.rawHeaders)}`);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
  });
  vi.stubEnv('HTTPS_PROXY', url);
  vi.stubEnv('NO_PROXY', '');
  const session = await openSnowflakeSession(
    { account: 'acme-prod', version: '1' },
    { SNOWFLAKE_TOKEN: 'the-secret-token' },
    quickPace(),
  );
  const error = await rejectionOf(session.query({ text: 'SELECT 1 AS A' }));
  await session.close();
  expect(error.code).toBe('snowflake-unreachable');
  expect(error.message).toMatch(/the proxy 127\.0\.0\.1:\d+ asks for a log-in \(HTTP 407\)/);
  expect(error.cure).toContain('http://USER:PASSWORD@HOST:PORT');
  expect(heard[0]).toMatch(/^acme-prod\.snowflakecomputing\.com:443 /);
  expect(heard.join('')).not.toContain('the-secret-token');
});

test('this machine is never reached through a proxy', async () => {
  vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
  vi.stubEnv('NO_PROXY', '');
  const world = await startWorld();
  const session = await openSnowflakeSession(world.settings, world.environment, quickPace());
  expect(await session.query({ text: 'SELECT 1 AS A' })).toMatchObject({ rowCount: 1 });
  await session.close();
  await world.close();
});

test('a server that is silent has failed after a while', async () => {
  const { url } = await listen(() => undefined);
  const transport = await openTransport(url, 30);
  const error = await rejectionOf(transport.send({ method: 'GET', path: '/', headers: {} }));
  transport.close();
  expect(error).toMatchObject({ code: 'ETIMEDOUT' });
});

test('an answer that ends too early is an error', async () => {
  const { url } = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('12345', () => response.destroy());
  });
  const transport = await openTransport(url);
  const error = await rejectionOf(transport.send({ method: 'GET', path: '/', headers: {} }));
  transport.close();
  expect(error).toMatchObject({ code: 'ECONNRESET' });
});
