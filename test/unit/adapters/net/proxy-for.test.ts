import { beforeEach, expect, test, vi } from 'vitest';
import { proxyFor } from '../../../../src/adapters/net/proxy-for.ts';

const proxy = 'http://proxy.internal:3128';
const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

beforeEach(() => {
  for (const name of names) vi.stubEnv(name, '');
  return () => vi.unstubAllEnvs();
});

const regional = 'https://s3.eu-central-1.amazonaws.com/acme/x';
const virtual = 'https://acme.s3.eu-central-1.amazonaws.com/x';
const dual = 'https://acme.s3.dualstack.eu-central-1.amazonaws.com/';
const sts = 'https://sts.eu-central-1.amazonaws.com/';

test.each<[noProxy: string, url: string, straight: boolean]>([
  ['', virtual, false],
  ['*', virtual, true],
  ['s3.eu-central-1.amazonaws.com', regional, true],
  ['s3.eu-central-1.amazonaws.com', virtual, true],
  ['.s3.eu-central-1.amazonaws.com', virtual, true],
  ['*.s3.eu-central-1.amazonaws.com', virtual, true],
  ['acme.s3.eu-central-1.amazonaws.com', virtual, true],
  ['acme.s3.amazonaws.com', virtual, false],
  ['other.s3.eu-central-1.amazonaws.com', virtual, false],
  ['amazonaws.com', virtual, true],
  ['.amazonaws.com', dual, true],
  ['3.eu-central-1.amazonaws.com', virtual, false],
  ['S3.EU-CENTRAL-1.AMAZONAWS.COM', virtual, true],
  ['localhost, .internal  sts.eu-central-1.amazonaws.com', sts, true],
  ['s3.eu-central-1.amazonaws.com', sts, false],
  ['s3.eu-central-1.amazonaws.com:443', virtual, true],
  ['s3.eu-central-1.amazonaws.com:8443', virtual, false],
  ['minio:9000', 'http://minio:9000/b', true],
  ['minio:9001', 'http://minio:9000/b', false],
  ['minio:80', 'http://minio/b', true],
  ['10.0.0.0/8', 'http://10.1.2.3:9000/', true],
  ['10.0.0.0/8', 'http://11.1.2.3:9000/', false],
  ['10.0.0.0/33', 'http://10.1.2.3:9000/', false],
  ['10.0.0.0/8', virtual, false],
  ['10.1.2.3', 'http://10.1.2.3:9000/', true],
  ['fd00::/8', 'http://[fd00::1]:9000/', true],
  ['fd00::/8', 'http://10.1.2.3/', false],
  ['127.0.0.1,localhost', 'http://localhost:9000/', true],
])('NO_PROXY=%s and %s: straight %s', (noProxy, url, straight) => {
  vi.stubEnv('HTTPS_PROXY', proxy);
  vi.stubEnv('HTTP_PROXY', proxy);
  vi.stubEnv('NO_PROXY', noProxy);
  expect(proxyFor(new URL(url))?.href).toBe(straight ? undefined : `${proxy}/`);
});

test.each([
  ['HTTPS_PROXY', virtual, true],
  ['https_proxy', virtual, true],
  ['ALL_PROXY', virtual, true],
  ['HTTP_PROXY', virtual, false],
  ['HTTP_PROXY', 'http://minio:9000/', true],
  ['HTTPS_PROXY', 'http://minio:9000/', false],
])('%s for %s: %s', (name, url, used) => {
  vi.stubEnv(name, proxy);
  expect(proxyFor(new URL(url)) !== undefined).toBe(used);
});

test.each(['http://user:secret@:x', 'http://', 'ftp://user:secret@proxy'])(
  '%s is no address of a proxy, and not repeated: it may hold a password',
  (text) => {
    vi.stubEnv('HTTPS_PROXY', text);
    expect(() => proxyFor(new URL(virtual))).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.not.stringContaining('secret') }),
    );
  },
);
