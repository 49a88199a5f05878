import { describe, expect, test, vi } from 'vitest';
import { openSqsQueue, regionOfQueue } from '../../../../src/adapters/aws/sqs-queue.ts';
import { serveOdd } from '../../../fakes/odd-servers.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { useKeyAlone } from './plain-store.ts';

useKeyAlone();

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
    const answer = {
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
