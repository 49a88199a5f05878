import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { PutFailure } from '../../../../src/ports/store/put-failure.ts';
import { proxyIntoTls, refusingProxy, stsCredentials } from '../../../fakes/odd-servers.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { good, putOnce, role, useAwsConfig, useKeyAlone } from './plain-store.ts';

useKeyAlone();

describe('through a proxy that opens TLS', () => {
  test.each(['AWS_CA_BUNDLE', 'ca_bundle of the AWS profile'])(
    'the certificates of %s are trusted',
    async (place) => {
      const { proxy, server, caFile } = await proxyIntoTls(() => good);
      vi.stubEnv('HTTPS_PROXY', proxy.url);
      if (place === 'AWS_CA_BUNDLE') vi.stubEnv('AWS_CA_BUNDLE', caFile);
      else useAwsConfig(`[default]\nca_bundle = ${caFile}\n`);
      expect(await putOnce()).toBe('stored');
      expect(proxy.asked).toEqual(['bkt.s3.eu-central-1.amazonaws.com:443']);
      expect(server.heard[0]).toMatchObject({
        host: 'bkt.s3.eu-central-1.amazonaws.com',
        path: '/p/a?x-id=PutObject',
      });
    },
  );

  test('without them, the certificate is what is wrong', async () => {
    const { proxy } = await proxyIntoTls(() => good);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await rejectionOf(putOnce())).toMatchObject({
      code: 'unreachable',
      cure: expect.stringContaining('AWS_CA_BUNDLE'),
    });
  });

  test('a role is assumed through it as well, at STS of the region', async () => {
    const { proxy, caFile } = await proxyIntoTls(({ method }) =>
      method === 'POST' ? { status: 200, body: stsCredentials('AssumeRole') } : good,
    );
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_CA_BUNDLE', caFile);
    expect(await putOnce({ role })).toBe('stored');
    expect(proxy.asked).toEqual([
      'sts.eu-central-1.amazonaws.com:443',
      'bkt.s3.eu-central-1.amazonaws.com:443',
    ]);
  });

  test('single sign-on and the roles of an AWS profile are asked through it', async () => {
    const { proxy, caFile } = await proxyIntoTls(({ method, path }) => {
      if (path.startsWith('/federation/credentials'))
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            roleCredentials: {
              accessKeyId: 'ASIA0',
              secretAccessKey: 's',
              sessionToken: 't',
              expiration: 4e12,
            },
          }),
        };
      return method === 'POST' ? { status: 200, body: stsCredentials('AssumeRole') } : good;
    });
    const home = scratchFolder();
    mkdirSync(join(home, '.aws', 'sso', 'cache'), { recursive: true });
    const token = {
      startUrl: 'https://d-1.awsapps.com/start',
      region: 'eu-central-1',
      accessToken: 'a',
      expiresAt: '2099-01-01T00:00:00Z',
    };
    writeFileSync(
      join(home, '.aws', 'sso', 'cache', `${createHash('sha1').update('work').digest('hex')}.json`),
      JSON.stringify(token),
    );
    vi.stubEnv('HOME', home);
    useAwsConfig(
      '[profile person]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = R\n' +
        '[sso-session work]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-central-1\n' +
        `[profile chain]\nrole_arn = ${role.arn}\nsource_profile = person\nregion = eu-central-1\n`,
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_PROFILE', 'chain');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_CA_BUNDLE', caFile);
    expect(await putOnce()).toBe('stored');
    expect(proxy.asked).toEqual([
      'portal.sso.eu-central-1.amazonaws.com:443',
      'sts.eu-central-1.amazonaws.com:443',
      'bkt.s3.eu-central-1.amazonaws.com:443',
    ]);
  });

  test('the token of single sign-on is refreshed through it, before it ends', async () => {
    const { proxy, caFile } = await proxyIntoTls(({ path }) => {
      if (path === '/token')
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            accessToken: 'new',
            expiresIn: 3600,
            refreshToken: 'r2',
            tokenType: 'Bearer',
          }),
        };
      if (!path.startsWith('/federation/credentials')) return good;
      const roleCredentials = {
        accessKeyId: 'ASIA0',
        secretAccessKey: 's',
        sessionToken: 't',
        expiration: 4e12,
      };
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ roleCredentials }),
      };
    });
    const home = scratchFolder();
    const cache = join(home, '.aws', 'sso', 'cache');
    mkdirSync(cache, { recursive: true });
    const token = {
      startUrl: 'https://d-1.awsapps.com/start',
      region: 'eu-central-1',
      accessToken: 'old',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      clientId: 'c',
      clientSecret: 's',
      refreshToken: 'r1',
    };
    writeFileSync(
      join(cache, `${createHash('sha1').update('renewed').digest('hex')}.json`),
      JSON.stringify(token),
    );
    vi.stubEnv('HOME', home);
    useAwsConfig(
      '[profile person]\nsso_session = renewed\nsso_account_id = 111122223333\nsso_role_name = R\n' +
        '[sso-session renewed]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-central-1\n',
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_PROFILE', 'person');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_CA_BUNDLE', caFile);
    expect(await putOnce()).toBe('stored');
    expect(proxy.asked).toEqual([
      'oidc.eu-central-1.amazonaws.com:443',
      'portal.sso.eu-central-1.amazonaws.com:443',
      'bkt.s3.eu-central-1.amazonaws.com:443',
    ]);
  });

  test('a web identity is exchanged through it', async () => {
    const { proxy, caFile } = await proxyIntoTls(({ method }) =>
      method === 'POST' ? { status: 200, body: stsCredentials('AssumeRoleWithWebIdentity') } : good,
    );
    const file = join(scratchFolder(), 'token');
    writeFileSync(file, 'jwt');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file);
    vi.stubEnv('AWS_ROLE_ARN', role.arn);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_CA_BUNDLE', caFile);
    expect(await putOnce()).toBe('stored');
    expect(proxy.asked[0]).toBe('sts.eu-central-1.amazonaws.com:443');
  });
});

describe('a proxy that refuses the tunnel is told as the one who refused', () => {
  test.each<[number | 'nothing', string]>([
    [403, 'denied'],
    [404, 'denied'],
    [405, 'denied'],
    [400, 'denied'],
    [302, 'denied'],
    [407, 'denied'],
    [412, 'denied'],
    [429, 'server'],
    [500, 'server'],
    [502, 'server'],
    [503, 'server'],
    [504, 'server'],
    ['nothing', 'network'],
  ])('%s', async (status, cause) => {
    const proxy = await refusingProxy(status);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const failure = (await rejectionOf(putOnce())) as unknown as PutFailure;
    expect(failure).toMatchObject({
      code: 'unreachable',
      exitCode: 6,
      trouble: { cause, maybeStored: false },
    });
    expect(failure.message).toContain(`the proxy ${proxy.url.slice('http://'.length)}`);
    expect(failure.message).toContain('was not asked');
    expect(failure.message).toContain(status === 'nothing' ? 'gave no answer' : `HTTP ${status}, squid/5.7`);
    expect(failure.cure).toMatch(status === 407 ? /USER:PASSWORD/ : /NO_PROXY/);
    expect(proxy.asked).toEqual(['bkt.s3.eu-central-1.amazonaws.com:443']);
  });

  test('one that is not there, too', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    expect(await rejectionOf(putOnce())).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/the proxy 127\.0\.0\.1:1 could not be used.*ECONNREFUSED/),
    });
  });

  test('on the way to STS it is not STS that refused', async () => {
    const proxy = await refusingProxy(403);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const failure = await rejectionOf(putOnce({ role }));
    expect(failure).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/sts:AssumeRole.*the proxy/),
    });
  });
});
