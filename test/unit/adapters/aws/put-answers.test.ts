import { describe, expect, test } from 'vitest';
import type { PutFailure } from '../../../../src/ports/store/put-failure.ts';
import type { OddAnswer } from '../../../fakes/odd-servers.ts';
import { s3Error, serveOdd } from '../../../fakes/odd-servers.ts';
import { good, object, openStore, useKeyAlone } from './plain-store.ts';

useKeyAlone();

const page = { 'content-type': 'text/html', server: 'nginx' };
const html = '<html><head><title>Guests</title></head><body>Log in</body></html>';

/** What becomes of a PUT that the SDK builds, and of one that is made from the template that it left behind. */
async function twice(answer: OddAnswer): Promise<unknown[]> {
  let odd = true;
  const { url } = await serveOdd(() => (odd ? answer : good));
  const store = await openStore({ endpointUrl: url });
  const put = (): Promise<unknown> =>
    store.put(object()).catch(({ code, trouble, message }: PutFailure) => ({ code, message, ...trouble }));
  const built = await put();
  odd = false;
  await store.put(object('p/between'));
  odd = true;
  const made = await put();
  await store.close();
  return [built, made];
}

describe('an object counts as stored or as there where S3 says so, and for nothing else', () => {
  test.each<[string, OddAnswer, string]>([
    ['200 with an ETag', good, 'stored'],
    [
      '200 with an ETag over HTTP/1.0 manners',
      { status: 200, headers: { etag: '"x"', connection: 'close' } },
      'stored',
    ],
    ['412 PreconditionFailed', { status: 412, body: s3Error('PreconditionFailed') }, 'already-there'],
    ['304, as MinIO said', { status: 304, headers: { etag: '"x"' } }, 'already-there'],
  ])('%s', async (_name, answer, status) => {
    expect(await twice(answer)).toEqual([status, status]);
  });

  test.each<[string, OddAnswer, object]>([
    [
      '200 with an error',
      { ...good, body: s3Error('InternalError') },
      { cause: 'server', maybeStored: true },
    ],
    [
      '200 with an error and no ETag',
      { status: 200, body: s3Error('PreconditionFailed') },
      { cause: 'server', maybeStored: true },
    ],
    ['200 with a page', { status: 200, headers: page, body: html }, { cause: 'server', maybeStored: true }],
    [
      '200 with a page and an ETag',
      { status: 200, headers: { ...page, etag: '"x"' }, body: html },
      { cause: 'server', maybeStored: true },
    ],
    ['200 without an ETag', { status: 200 }, { cause: 'server', maybeStored: true }],
    ['201', { status: 201, headers: { etag: '"x"' } }, { cause: 'server', maybeStored: true }],
    ['202', { status: 202 }, { cause: 'server', maybeStored: true }],
    ['204', { status: 204, headers: { etag: '"x"' } }, { cause: 'server', maybeStored: true }],
    [
      '302',
      { status: 302, headers: { location: 'http://portal.example/login' } },
      {
        cause: 'server',
        maybeStored: false,
        code: 'unreachable',
        message: expect.stringMatching(/portal\.example.*HTTP 302/),
      },
    ],
    ['303 with a page', { status: 303, headers: page, body: html }, { cause: 'server', maybeStored: false }],
    ...[301, 307].map((status): [string, OddAnswer, object] => [
      `${status} that is none of S3`,
      { status, headers: { location: 'http://portal.example/login' } },
      { cause: 'server', code: 'unreachable', message: expect.stringMatching(/portal\.example/) },
    ]),
    [
      '307 of a new bucket',
      { status: 307, headers: { location: 'http://x.example/' }, body: s3Error('TemporaryRedirect') },
      { cause: 'server', code: 'unreachable', message: expect.stringMatching(/lead to its region/) },
    ],
    ['308', { status: 308, headers: { location: '/x' } }, { cause: 'server', maybeStored: false }],
    [
      '412 with a page',
      { status: 412, headers: page, body: html },
      { cause: 'server', code: 'store-failed', message: expect.stringMatching(/HTTP 412 from nginx/) },
    ],
    [
      '412 with another code',
      { status: 412, body: s3Error('ConditionNotMet', 'a lease') },
      { cause: 'server', code: 'store-failed' },
    ],
    ['412 without a body', { status: 412 }, { cause: 'server', code: 'store-failed' }],
    [
      '403 with a page',
      { status: 403, headers: page, body: html },
      {
        cause: 'denied',
        code: 'unreachable',
        message: expect.stringMatching(/in between refused.*HTTP 403 from nginx.*Guests/),
      },
    ],
    ['404 with a page', { status: 404, headers: page, body: html }, { cause: 'denied', code: 'unreachable' }],
    [
      '500 with a page',
      { status: 500, headers: page, body: html },
      { cause: 'server', code: 'store-failed' },
    ],
    ['503 with a page', { status: 503, headers: page, body: html }, { cause: 'throttled' }],
    ['502 with a page', { status: 502, headers: page, body: html }, { cause: 'server', code: 'unreachable' }],
    [
      'an error that is cut off',
      { status: 403, body: '<Error><Code>AccessDenied' },
      { cause: 'denied', code: 'unreachable' },
    ],
  ])('%s', async (_name, answer, trouble) => {
    const [built, made] = await twice(answer);
    expect(built).toMatchObject(trouble);
    expect(made).toMatchObject(trouble);
  });
});
