import { Agent } from 'node:https';
import { afterEach, expect, test, vi } from 'vitest';
import { buildRequestAgents } from '../../../../src/adapters/aws/request-handler.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const names = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
];
const url = 'https://s3.us-east-1.amazonaws.com';

function withEnvironment(environment: Record<string, string>): void {
  for (const name of names) vi.stubEnv(name, environment[name] ?? '');
}

afterEach(() => vi.unstubAllEnvs());

test('without a proxy, requests go straight', async () => {
  withEnvironment({});
  expect((await buildRequestAgents(url, {})).httpsAgent).toBeInstanceOf(Agent);
});

test('HTTPS_PROXY is used, but for what NO_PROXY names', async () => {
  withEnvironment({ HTTPS_PROXY: 'http://127.0.0.1:3128', NO_PROXY: 'localhost,.internal' });
  expect((await buildRequestAgents(url, {})).httpsAgent).toMatchObject({ proxy: { port: '3128' } });
  expect((await buildRequestAgents('https://s3.internal', {})).httpsAgent).toBeInstanceOf(Agent);
});

test('a proxy that is no address is told, and not repeated: it may hold a password', async () => {
  withEnvironment({ HTTPS_PROXY: 'http://user:secret@:x' });
  const error = await rejectionOf(buildRequestAgents(url, {}));
  expect(error).toMatchObject({ code: 'config-invalid', exitCode: 3 });
  expect(error.message).not.toContain('secret');
});

test('AWS_CA_BUNDLE that can not be read is told', async () => {
  withEnvironment({});
  expect(await rejectionOf(buildRequestAgents(url, { AWS_CA_BUNDLE: '/nowhere/ca.pem' }))).toMatchObject({
    code: 'config-invalid',
  });
});
