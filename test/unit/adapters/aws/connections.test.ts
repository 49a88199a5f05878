import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AwsSettings } from '../../../../src/adapters/aws/aws-settings.ts';
import { clientConfig, s3ClientConfig } from '../../../../src/adapters/aws/client-config.ts';
import { openS3Store } from '../../../../src/adapters/aws/s3-store.ts';
import { openSqsQueue, regionOfQueue } from '../../../../src/adapters/aws/sqs-queue.ts';
import type { PutFailure } from '../../../../src/ports/put-failure.ts';
import type { OddAnswer } from '../../../fakes/odd-servers.ts';
import { proxyIntoTls, refusingProxy, serveOdd, stsCredentials } from '../../../fakes/odd-servers.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const good: OddAnswer = { status: 200, headers: { etag: '"x"' } };
const object = { key: 'p/a', body: Buffer.from('line\n'), contentType: 'application/gzip' };
const write = {
  bucket: 'bkt',
  prefix: 'p',
  bucketOwner: undefined,
  storageClass: undefined,
  kmsKeyId: undefined,
  sse: undefined,
  acl: undefined,
  tags: undefined,
};
const anywhere: AwsSettings = {
  region: 'eu-central-1',
  endpointUrl: undefined,
  pathStyle: undefined,
  role: undefined,
};
const role = { arn: 'arn:aws:iam::111122223333:role/deliver', externalId: 'org-1' };

const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const ours = [
  'AWS_PROFILE',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_STS',
  'AWS_CA_BUNDLE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
];

beforeEach(() => {
  for (const name of [...proxies, ...ours]) vi.stubEnv(name, '');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  useAwsConfig('');
  return () => vi.unstubAllEnvs();
});

/** Puts a text where ~/.aws/config would be. */
function useAwsConfig(text: string): void {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'config'), text);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
}

const put = async (aws: Partial<AwsSettings> = {}): Promise<unknown> => {
  const store = await openS3Store({ ...anywhere, ...aws }, write, process.env);
  try {
    return await store.put(object);
  } finally {
    await store.close();
  }
};

describe('through a proxy that opens TLS', () => {
  test.each(['AWS_CA_BUNDLE', 'ca_bundle of the AWS profile'])(
    'the certificates of %s are trusted',
    async (place) => {
      const { proxy, server, caFile } = await proxyIntoTls(() => good);
      vi.stubEnv('HTTPS_PROXY', proxy.url);
      if (place === 'AWS_CA_BUNDLE') vi.stubEnv('AWS_CA_BUNDLE', caFile);
      else useAwsConfig(`[default]\nca_bundle = ${caFile}\n`);
      expect(await put()).toBe('stored');
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
    expect(await rejectionOf(put())).toMatchObject({
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
    expect(await put({ role })).toBe('stored');
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
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(home, '.aws', 'sso', 'cache'), { recursive: true });
    const { createHash } = await import('node:crypto');
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
    expect(await put()).toBe('stored');
    expect(proxy.asked).toEqual([
      'portal.sso.eu-central-1.amazonaws.com:443',
      'sts.eu-central-1.amazonaws.com:443',
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
    expect(await put()).toBe('stored');
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
    const failure = (await rejectionOf(put())) as unknown as PutFailure;
    expect(failure).toMatchObject({
      code: 'unreachable',
      exitCode: 6,
      trouble: { cause, maybeStored: false },
    });
    expect(failure.message).toContain(`the proxy ${proxy.url.slice('http://'.length)}`);
    expect(failure.message).toContain('was not asked');
    if (status !== 'nothing') expect(failure.message).toContain(`HTTP ${status}, squid/5.7`);
    expect(failure.cure).toMatch(status === 407 ? /USER:PASSWORD/ : /NO_PROXY/);
    expect(proxy.asked).toEqual(['bkt.s3.eu-central-1.amazonaws.com:443']);
  });

  test('one that is not there, too', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    expect(await rejectionOf(put())).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/the proxy 127\.0\.0\.1:1 could not be used.*ECONNREFUSED/),
    });
  });

  test('on the way to STS it is not STS that refused', async () => {
    const proxy = await refusingProxy(403);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const failure = await rejectionOf(put({ role }));
    expect(failure).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/sts:AssumeRole.*the proxy/),
    });
  });
});

describe('endpoints', () => {
  const profile = (more: string): string => `[default]\nregion = eu-central-1\n${more}`;
  const services =
    'services = mine\n[services mine]\ns3 =\n  endpoint_url = http://s3.test:1\nsts =\n  endpoint_url = http://sts.test:2\n';
  type Service = Parameters<typeof clientConfig>[0];

  test.each<[string, Service, Record<string, string>, string, string | undefined]>([
    ['none', 'S3', {}, '', undefined],
    ['AWS_ENDPOINT_URL', 'S3', { AWS_ENDPOINT_URL: 'http://all.test' }, '', 'http://all.test'],
    [
      'that of the service first',
      'STS',
      { AWS_ENDPOINT_URL: 'http://all.test', AWS_ENDPOINT_URL_STS: 'http://sts.test' },
      '',
      'http://sts.test',
    ],
    ['that of another service', 'IAM', { AWS_ENDPOINT_URL_STS: 'http://sts.test' }, '', undefined],
    ['an empty one', 'S3', { AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_S3: '' }, '', undefined],
    [
      'an empty one before a full one',
      'S3',
      { AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: 'http://all.test' },
      '',
      'http://all.test',
    ],
    [
      'endpoint_url of the profile',
      'S3',
      {},
      profile('endpoint_url = http://profile.test\n'),
      'http://profile.test',
    ],
    [
      'the environment before the profile',
      'S3',
      { AWS_ENDPOINT_URL: 'http://all.test' },
      profile('endpoint_url = http://profile.test\n'),
      'http://all.test',
    ],
    ['its services section', 'S3', {}, profile(services), 'http://s3.test:1'],
    ['another service in it', 'STS', {}, profile(services), 'http://sts.test:2'],
    [
      'a service that is not in it',
      'SQS',
      {},
      profile(`endpoint_url = http://profile.test\n${services}`),
      'http://profile.test',
    ],
    [
      'ignored by the environment',
      'S3',
      { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'http://all.test' },
      '',
      undefined,
    ],
    [
      'ignored by the profile',
      'S3',
      {},
      profile('ignore_configured_endpoint_urls = true\nendpoint_url = http://p.test\n'),
      undefined,
    ],
  ])('%s', async (_name, service, environment, config, endpoint) => {
    useAwsConfig(config);
    const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
    const found = await clientConfig(
      service,
      {},
      { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, ...environment },
    );
    expect(found.endpoint).toBe(endpoint);
  });

  test('--endpoint-url is that of S3 alone', async () => {
    const wish = { endpointUrl: 'http://s3.test', pathStyle: undefined };
    expect(await s3ClientConfig(wish, {})).toMatchObject({
      endpoint: 'http://s3.test',
      forcePathStyle: true,
    });
    expect((await clientConfig('STS', wish, {})).endpoint).toBeUndefined();
  });

  test.each(['localhost:9000', 'minio', 'ftp://h', '://', 'http://', 'https:// h', '/path'])(
    '%s is no endpoint',
    async (url) => {
      for (const environment of [{ AWS_ENDPOINT_URL: url }, { AWS_ENDPOINT_URL_SQS: url }])
        expect(await rejectionOf(clientConfig('S3', {}, environment))).toMatchObject({
          code: 'usage',
          exitCode: 2,
        });
      useAwsConfig(profile(`endpoint_url = ${url}\n`));
      expect(await rejectionOf(clientConfig('S3', {}, process.env))).toMatchObject({ code: 'usage' });
    },
  );

  test('what may hold a password is not repeated', async () => {
    const error = await rejectionOf(clientConfig('S3', {}, { AWS_ENDPOINT_URL: 'http://me:secret@host' }));
    expect(error).toMatchObject({ code: 'usage', message: expect.not.stringContaining('secret') });
  });

  test('one in the AWS profile gets the bucket in the path, and a role is assumed at that of STS', async () => {
    const s3 = await serveOdd(() => good);
    const sts = await serveOdd(() => ({ status: 200, body: stsCredentials('AssumeRole') }));
    useAwsConfig(
      `[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = ${s3.url}\nsts =\n  endpoint_url = ${sts.url}/sts\n`,
    );
    expect(await put({ role })).toBe('stored');
    expect(s3.heard[0]?.path).toBe('/bkt/p/a?x-id=PutObject');
    expect(sts.heard[0]?.path).toBe('/sts/');
  });
});

test('STS that answers with a page, or with nothing, gives no credentials', async () => {
  for (const body of ['<html><body>Log in</body></html>', '', '<AssumeRoleResponse></AssumeRoleResponse>']) {
    const sts = await serveOdd(() => ({ status: 200, body }));
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
    const failure = await rejectionOf(put({ role, endpointUrl: 'http://127.0.0.1:1' }));
    expect(failure).toMatchObject({ message: expect.stringContaining('sts:AssumeRole') });
    expect(failure.message).not.toContain('ECONNREFUSED');
  }
});

test('who one is, is not believed from a page', async () => {
  const sts = await serveOdd(() => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html></html>',
  }));
  const { checkAnswers } = await import('../../../../src/adapters/aws/answers.ts');
  const config = await clientConfig(
    'STS',
    { region: 'eu-central-1', attempts: 'once' },
    { AWS_ENDPOINT_URL: sts.url },
  );
  const client = checkAnswers(new STSClient(config), 'STS');
  expect(await rejectionOf(client.send(new GetCallerIdentityCommand()))).toMatchObject({
    name: 'UnexpectedAnswer',
  });
  client.destroy();
});

describe('the URL of a queue', () => {
  test.each([
    ['https://sqs.eu-central-1.amazonaws.com/1/q', 'eu-central-1'],
    ['https://eu-central-1.queue.amazonaws.com/1/q', 'eu-central-1'],
    ['https://queue.amazonaws.com/1/q', 'us-east-1'],
    ['https://sqs-fips.us-gov-west-1.amazonaws.com/1/q', 'us-gov-west-1'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/1/q', 'cn-north-1'],
    ['https://sqs.us-iso-east-1.c2s.ic.gov/1/q', 'us-iso-east-1'],
    ['https://sqs.eusc-de-east-1.amazonaws.eu/1/q', 'eusc-de-east-1'],
    ['https://sqs.eu-west-1.api.aws/1/q', 'eu-west-1'],
    ['https://vpce-0a1-2b.sqs.ap-southeast-2.vpce.amazonaws.com/1/q', 'ap-southeast-2'],
    ['http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q', 'us-east-1'],
    ['http://us-west-2.queue.localhost.localstack.cloud:4566/000000000000/q', 'us-west-2'],
    ['http://localhost:4566/queue/eu-north-1/000000000000/q', 'eu-north-1'],
    ['http://localhost:9324/000000000000/q', undefined],
    ['https://sqs.example.com/1/q', undefined],
  ])('%s names the region %s', (url, region) => {
    expect(regionOfQueue(new URL(url))).toBe(region);
  });

  test('is where the queue is asked, unless an endpoint is set for SQS', async () => {
    const answer: OddAnswer = {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    };
    const [usual, other] = [await serveOdd(() => answer), await serveOdd(() => answer)];
    const receive = async (environment: NodeJS.ProcessEnv): Promise<void> => {
      const queue = await openSqsQueue(`${usual.url}/1/q`, 'eu-central-1', environment);
      await queue.receive({ waitSeconds: 0, visibilitySeconds: 1, signal: new AbortController().signal });
      await queue.close();
    };
    await receive({});
    expect([usual.heard.length, other.heard.length]).toEqual([1, 0]);
    await receive({ AWS_ENDPOINT_URL_SQS: other.url });
    expect([usual.heard.length, other.heard.length]).toEqual([1, 1]);
  });

  test('a message is not taken for deleted by a page', async () => {
    const { url } = await serveOdd(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html></html>',
    }));
    const queue = await openSqsQueue(`${url}/1/q`, 'eu-central-1', { AWS_MAX_ATTEMPTS: '1' });
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const message = { id: '1', body: '', receives: 1, receipt: 'r' };
    expect(await rejectionOf(queue.remove(message))).toMatchObject({
      message: expect.stringContaining('sqs:DeleteMessage'),
    });
    await queue.close();
  }, 20_000);
});
