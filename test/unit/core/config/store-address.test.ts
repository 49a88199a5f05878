import { describe, expect, test } from 'vitest';
import { bucketPerhaps, parseStoreAddress } from '../../../../src/core/config/store-address.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

describe('where --to points', () => {
  test.each([
    ['s3://acme-audit', { kind: 's3', bucket: 'acme-audit', prefix: '' }],
    ['s3://acme-audit/', { kind: 's3', bucket: 'acme-audit', prefix: '' }],
    ['s3://acme-audit/altr/prod/', { kind: 's3', bucket: 'acme-audit', prefix: 'altr/prod' }],
    ['S3://acme.audit/x', { kind: 's3', bucket: 'acme.audit', prefix: 'x' }],
    ['s3://Old_Bucket/x', { kind: 's3', bucket: 'Old_Bucket', prefix: 'x' }],
    ['./export', { kind: 'folder', path: './export' }],
    ['/var/export', { kind: 'folder', path: '/var/export' }],
    ['export', { kind: 'folder', path: 'export' }],
    [' s3://acme-audit/altr\n', { kind: 's3', bucket: 'acme-audit', prefix: 'altr' }],
    ['file:acme-audit/altr', { kind: 'folder', path: 'acme-audit/altr' }],
    ['file:///tmp/x', { kind: 'folder', path: '/tmp/x' }],
    ['s3://acme-ab12cd-s3alias/x', { kind: 's3', bucket: 'acme-ab12cd-s3alias', prefix: 'x' }],
    ['./export\r\n', { kind: 'folder', path: './export' }],
    [String.raw`C:\export`, { kind: 'folder', path: String.raw`C:\export` }],
  ])('%s', (to, address) => {
    expect(parseStoreAddress(to)).toEqual(address);
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['s3://', 'no bucket name'],
    ['s3:///prefix', 'no bucket name'],
    ['s3://a', 'no bucket name'],
    ['s3://-bucket/x', 'no bucket name'],
    ['s3://bu cket/x', 'no bucket name'],
    ['s3://user:pass@bucket/x', 'no bucket name'],
    ['gs://bucket/x', 'only s3://'],
    ['gs://bucket/x\ny', 'only s3://'],
    ['s3://192.168.1.1/x', 'no bucket name'],
    ['s3://ac..me/x', 'no bucket name'],
    ['s3://xn--acme/x', 'no bucket name'],
    ['~/export', 'home folder'],
    ['~', 'home folder'],
    ['https://bucket.s3.amazonaws.com/x', 'only s3://'],
    ['file://host/x', 'only s3://'],
    ['s3://acme-audit-/x', 'begins or ends'],
    ['s3://amzn-s3-demo-bucket/x', 'reserves'],
    ['s3://acme_/x', 'begins or ends'],
    ['s3://acme-audit/../x', '".."'],
    ['s3://acme-audit/a//b', 'empty'],
  ])('%j is refused', (to, why) => {
    const error = thrownBy(() => parseStoreAddress(to));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(why);
  });

  test('a password in a URL is not repeated', () => {
    const { message } = thrownBy(() => parseStoreAddress('https://AKIAEXAMPLE:secret@host/x'));
    expect(message).toContain('host/x');
    expect(message).not.toMatch(/AKIA|secret/);
  });

  test.each(['s3:/acme-audit/x', 's3:acme-audit'])('%j is a slip, not a folder of that name', (to) => {
    expect(thrownBy(() => parseStoreAddress(to)).code).toBe('usage');
  });
});

test.each([
  ['acme-audit/altr', 's3://acme-audit/altr'],
  ['acme.audit/altr/', 's3://acme.audit/altr/'],
  ['export', undefined],
  ['./acme-audit/altr', undefined],
  ['../acme-audit/altr', undefined],
  ['/acme-audit/altr', undefined],
  ['file:acme-audit/altr', undefined],
  ['s3://acme-audit/altr', undefined],
  ['Acme/altr', undefined],
  [String.raw`C:\x/y`, undefined],
])('%s may have been meant as %s', (to, bucket) => {
  expect(bucketPerhaps(to)).toBe(bucket);
});
