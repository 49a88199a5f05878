import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test, vi } from 'vitest';
import { checkAnswers } from '../../../../src/adapters/aws/answers.ts';
import { clientConfig, s3ClientConfig } from '../../../../src/adapters/aws/client-config.ts';
import { serveOdd, stsCredentials } from '../../../fakes/odd-servers.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { good, putOnce, role, useAwsConfig, useKeyAlone } from './plain-store.ts';

useKeyAlone();

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
  ])('%s', async (...[, service, environment, config, endpoint]) => {
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
    expect(await putOnce({ role })).toBe('stored');
    expect(s3.heard[0]?.path).toBe('/bkt/p/a?x-id=PutObject');
    expect(sts.heard[0]?.path).toBe('/sts/');
  });
});

test('STS that answers with a page, or with nothing, gives no credentials', async () => {
  for (const body of ['<html><body>Log in</body></html>', '', '<AssumeRoleResponse></AssumeRoleResponse>']) {
    const sts = await serveOdd(() => ({ status: 200, body }));
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
    const failure = await rejectionOf(putOnce({ role, endpointUrl: 'http://127.0.0.1:1' }));
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
