import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../../../src/adapters/aws/answers.ts';
import { inForm, UnexpectedAnswer } from '../../../../src/adapters/aws/answers.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

type Service = Parameters<typeof inForm>[1];
type Case = readonly [
  command: string,
  service: Service,
  status: number,
  headers: Record<string, string>,
  body: string,
];

const etag = { etag: '"x"' };
const html = '<!DOCTYPE html>\n<html><head><title>Guest network</title></head><body>Log in</body></html>';
const page = { 'content-type': 'text/html' };
const error = '<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>m</Message></Error>';

function answerOf([, , statusCode, headers, body]: Case): HttpAnswer {
  return { statusCode, headers, body: Readable.from(body === '' ? [] : [Buffer.from(body)]) };
}

describe('an answer that is in the form of the service passes, with its body to read', () => {
  test.each<Case>([
    ['PutObjectCommand', 'S3', 200, etag, ''],
    ['PutObjectCommand', 'S3', 200, { ...etag, 'content-length': '0' }, ''],
    ['PutObjectCommand', 'S3', 412, {}, '<Error><Code>PreconditionFailed</Code></Error>'],
    ['PutObjectCommand', 'S3', 304, etag, ''],
    ['PutObjectCommand', 'S3', 403, {}, error],
    ['PutObjectCommand', 'S3', 302, { location: 'http://portal.example/' }, ''],
    [
      'ListObjectsV2Command',
      'S3',
      200,
      {},
      '<?xml version="1.0"?>\n<ListBucketResult xmlns="x"></ListBucketResult>',
    ],
    ['GetBucketPolicyCommand', 'S3', 200, {}, '{"Statement":[]}'],
    ['GetBucketVersioningCommand', 'S3', 200, {}, '<VersioningConfiguration/>'],
    ['PutBucketPolicyCommand', 'S3', 204, {}, ''],
    ['PutBucketPolicyCommand', 'S3', 200, {}, '{"Statement":[]}'],
    ['PutBucketPolicyCommand', 'S3', 200, {}, 'True'],
    ['CreateBucketCommand', 'S3', 200, { location: '/b' }, ''],
    ['DeleteObjectCommand', 'S3', 204, {}, ''],
    ['HeadBucketCommand', 'S3', 200, { 'content-type': 'application/xml' }, ''],
    ['AssumeRoleCommand', 'STS', 200, {}, '<AssumeRoleResponse></AssumeRoleResponse>'],
    ['CreateRoleCommand', 'IAM', 200, {}, '<?xml version="1.0"?><CreateRoleResponse></CreateRoleResponse>'],
    [
      'GetRoleCommand',
      'IAM',
      404,
      {},
      '<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>',
    ],
    ['ReceiveMessageCommand', 'SQS', 200, {}, '{}'],
    ['DeleteMessageCommand', 'SQS', 200, {}, ''],
    ['DeleteMessageCommand', 'SQS', 200, {}, '{}'],
    ['ReceiveMessageCommand', 'SQS', 400, {}, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}'],
  ])('%s of %s: %i %j %s', async (...given) => {
    const passed = await inForm(answerOf(given), given[1], given[0]);
    const pieces: Buffer[] = [];
    for await (const piece of passed.body as Readable) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).toString()).toBe(given[4]);
  });
});

describe('an answer that is not says neither yes nor no', () => {
  test.each<[...Case, RegExp]>([
    ['PutObjectCommand', 'S3', 200, etag, error, /it is an error/],
    ['PutObjectCommand', 'S3', 200, {}, error, /it is an error/],
    ['PutObjectCommand', 'S3', 200, { ...etag, ...page }, html, /page of HTML \("Guest network"\)/],
    ['PutObjectCommand', 'S3', 200, {}, '', /no ETag/],
    ['PutObjectCommand', 'S3', 200, { etag: '' }, '', /no ETag/],
    ['PutObjectCommand', 'S3', 201, etag, '', /only 200/],
    ['PutObjectCommand', 'S3', 202, etag, '', /only 200/],
    ['PutObjectCommand', 'S3', 204, etag, '', /only 200/],
    ['PutObjectCommand', 'S3', 206, etag, '', /only 200/],
    ['PutObjectCommand', 'S3', 200, etag, 'OK', /no XML/],
    ['PutObjectCommand', 'S3', 412, page, html, /page of HTML/],
    ['PutObjectCommand', 'S3', 403, {}, '{"code":403}', /no XML/],
    ['PutObjectCommand', 'S3', 403, {}, '<Error><Code>AccessDenied', /cut off/],
    ['GetObjectCommand', 'S3', 200, page, html, /without the ETag/],
    ['ListObjectsV2Command', 'S3', 200, page, html, /page of HTML/],
    ['ListObjectsV2Command', 'S3', 200, {}, '', /empty/],
    ['ListObjectsV2Command', 'S3', 200, {}, '<ListAllMyBucketsResult/>', /<ListAllMyBucketsResult>/],
    ['ListObjectsV2Command', 'S3', 200, {}, error, /it is an error/],
    ['ListObjectsV2Command', 'S3', 200, {}, '{}', /no XML/],
    ['GetBucketPolicyCommand', 'S3', 200, page, html, /no JSON/],
    ['GetBucketEncryptionCommand', 'S3', 200, {}, '', /empty/],
    ['PutBucketPolicyCommand', 'S3', 200, page, html, /page of HTML/],
    ['DeleteObjectCommand', 'S3', 200, page, html, /page of HTML/],
    ['HeadBucketCommand', 'S3', 200, page, '', /page of HTML/],
    ['AssumeRoleCommand', 'STS', 200, page, html, /page of HTML/],
    ['AssumeRoleCommand', 'STS', 200, {}, '', /no XML/],
    ['GetCallerIdentityCommand', 'STS', 200, {}, '{}', /no XML/],
    ['DeleteRoleCommand', 'IAM', 200, {}, '', /no XML/],
    ['PutRolePolicyCommand', 'IAM', 200, page, html, /page of HTML/],
    ['GetRoleCommand', 'IAM', 404, page, html, /page of HTML/],
    ['ReceiveMessageCommand', 'SQS', 200, page, html, /page of HTML/],
    ['ReceiveMessageCommand', 'SQS', 200, {}, '', /empty/],
    ['ReceiveMessageCommand', 'SQS', 200, {}, 'null', /no JSON object/],
    ['DeleteMessageCommand', 'SQS', 200, page, html, /page of HTML/],
  ])('%s of %s: %i %j %s', async (...given) => {
    const [command, service, status, , , message] = given;
    const unexpected = await rejectionOf(inForm(answerOf(given as unknown as Case), service, command));
    expect(unexpected).toBeInstanceOf(UnexpectedAnswer);
    expect(unexpected.message).toMatch(message);
    expect(unexpected).toMatchObject({ $metadata: { httpStatusCode: status } });
  });
});

test('an answer without an end is not read to it', async () => {
  const endless = Readable.from(
    (function* pieces() {
      for (let i = 0; i < 64; i++) yield Buffer.alloc(1024 * 1024, ' ');
    })(),
  );
  const answer = { statusCode: 200, headers: etag, body: endless };
  expect((await rejectionOf(inForm(answer, 'S3', 'PutObjectCommand'))).message).toBe(
    'an answer without an end',
  );
  expect(endless.destroyed).toBe(true);
});
