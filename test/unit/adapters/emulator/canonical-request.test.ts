import { describe, expect, test } from 'vitest';
import { canonicalRequest, sha256Hex } from '../../../../src/adapters/emulator/sigv4/canonical-request.ts';
import { signatureOf, signingKey, stringToSign } from '../../../../src/adapters/emulator/sigv4/signature.ts';

const emptyHash = sha256Hex('');

describe('Signature Version 4', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object"
  test('the published example of GET Object comes out', () => {
    const headers = new Map([
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
      ['x-amz-content-sha256', emptyHash],
      ['x-amz-date', '20130524T000000Z'],
    ]);
    const canonical = canonicalRequest({
      method: 'GET',
      path: '/test.txt',
      query: [],
      headers,
      signedHeaders: [...headers.keys()],
      payloadHash: emptyHash,
    });
    const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
    const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope);
    expect(signatureOf(key, stringToSign('20130524T000000Z', scope, canonical))).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  test.each([
    ['/a%20b', '/a%20b'],
    ["/it's(1)*", '/it%27s%281%29%2A'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a//b/../c', '/a//b/../c'],
    ['/%C3%BC', '/%C3%BC'],
    ['/~-_.', '/~-_.'],
  ])('the path %s is canonical as %s', (path, expected) => {
    const parts = { method: 'GET', query: [], headers: new Map(), signedHeaders: [], payloadHash: emptyHash };
    expect(canonicalRequest({ ...parts, path }).split('\n')[1]).toBe(expected);
  });

  test('query parameters are sorted by their encoded names, and spaces in headers collapse', () => {
    const text = canonicalRequest({
      method: 'GET',
      path: '/',
      query: [
        ['prefix', 'a b'],
        ['marker', ''],
        ['X-Amz-Signature', 'left out'],
      ],
      headers: new Map([['x-amz-meta-a', '  two   words ']]),
      signedHeaders: ['x-amz-meta-a'],
      payloadHash: emptyHash,
    });
    expect(text.split('\n').slice(2, 4)).toEqual(['marker=&prefix=a%20b', 'x-amz-meta-a:two words']);
  });
});
