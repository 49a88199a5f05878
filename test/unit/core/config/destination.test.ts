import { describe, expect, test } from 'vitest';
import { destinationOf } from '../../../../src/core/config/destination.ts';
import { parseStoreAddress } from '../../../../src/core/config/store-address.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const at = (to: string, endpointUrl?: string): string => destinationOf(parseStoreAddress(to), endpointUrl).id;
const text = (to: string, endpointUrl?: string): string =>
  destinationOf(parseStoreAddress(to), endpointUrl).text;

describe('one destination, however it is spelt', () => {
  test.each([
    ['a slash at the end of the prefix', at('s3://acme/altr/'), at('s3://acme/altr')],
    ['an empty endpoint', at('s3://acme', ''), at('s3://acme')],
    ['an endpoint of AWS', at('s3://acme', 'https://s3.eu-central-1.amazonaws.com'), at('s3://acme')],
    [
      'an endpoint of AWS in China',
      at('s3://acme', 'https://s3.cn-north-1.amazonaws.com.cn/'),
      at('s3://acme'),
    ],
    [
      'a VPC endpoint',
      at('s3://acme', 'https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com'),
      at('s3://acme'),
    ],
    ['a slash', at('s3://acme', 'http://minio:9000/'), at('s3://acme', 'http://minio:9000')],
    ['a path', at('s3://acme', 'http://minio:9000/s3?a=b'), at('s3://acme', 'http://minio:9000')],
    ['the default port of http', at('s3://acme', 'http://minio'), at('s3://acme', 'http://minio:80')],
    ['the default port of https', at('s3://acme', 'https://minio:443'), at('s3://acme', 'https://minio')],
    ['upper case in the host', at('s3://acme', 'HTTP://MinIO:9000'), at('s3://acme', 'http://minio:9000')],
    [
      'the dot of a full name',
      at('s3://acme', 'http://minio.local.:9000'),
      at('s3://acme', 'http://minio.local:9000'),
    ],
    ['a password', at('s3://acme', 'http://ada:secret@minio:9000'), at('s3://acme', 'http://minio:9000')],
  ])('%s does not matter', (_, one, other) => {
    expect(one).toBe(other);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('another destination', () => {
  test.each([
    ['another bucket', at('s3://acme2'), at('s3://acme')],
    ['another prefix', at('s3://acme/a'), at('s3://acme/b')],
    ['the bucket, not the prefix of one', at('s3://acme'), at('s3://acme/a')],
    ['upper case in an old bucket name', at('s3://Acme'), at('s3://acme')],
    ['a rehearsal', at('s3://acme', 'http://127.0.0.1:9000'), at('s3://acme')],
    ['another port', at('s3://acme', 'http://127.0.0.1:9000'), at('s3://acme', 'http://127.0.0.1:9001')],
    ['another scheme', at('s3://acme', 'http://minio:9000'), at('s3://acme', 'https://minio:9000')],
    [
      'a name, which is not resolved',
      at('s3://acme', 'http://localhost:9'),
      at('s3://acme', 'http://127.0.0.1:9'),
    ],
    ['a host that only ends like AWS', at('s3://acme', 'https://notamazonaws.com'), at('s3://acme')],
    ['a folder of that name', at('acme'), at('s3://acme')],
  ])('%s', (_, one, other) => {
    expect(one).not.toBe(other);
  });
});

test('a destination says in words which it is, and no secret', () => {
  expect(text('s3://acme/altr')).toBe('s3://acme/altr');
  expect(text('s3://acme', 'https://s3.amazonaws.com')).toBe('s3://acme');
  expect(text('s3://acme', 'http://ada:secret@minio')).toBe('s3://acme at http://minio:80');
  expect(text('/srv/export')).toBe('/srv/export');
});

test.each(['minio:9000', 'http://', 'ftp://minio'])(
  'an endpoint that is no URL of a server is told: %s',
  (url) => {
    expect(thrownBy(() => at('s3://acme', url))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(url),
    });
  },
);
