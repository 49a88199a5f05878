import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, vi } from 'vitest';
import type { AwsSettings, S3WriteSettings } from '../../../../src/adapters/aws/aws-settings.ts';
import { openS3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import type { S3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import type { FinishedObject } from '../../../../src/ports/store/object-store.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

export const good = { status: 200, headers: { etag: '"x"' } };
export const role = { arn: 'arn:aws:iam::111122223333:role/deliver', externalId: 'org-1' };

/** Variables by which the machine that tests could have a say. */
const foreign = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']
  .flatMap((name) => [name, name.toLowerCase()])
  .concat(['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_CA_BUNDLE', 'AWS_ENDPOINT_URL'])
  .concat(['S3', 'STS', 'IAM', 'SQS'].map((service) => `AWS_ENDPOINT_URL_${service}`));

/** An environment with a key and nothing else of AWS, for each test of the file. */
export function useKeyAlone(): void {
  beforeEach(() => {
    for (const name of foreign) vi.stubEnv(name, '');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA1');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    useAwsConfig('');
    return () => vi.unstubAllEnvs();
  });
}

/** Puts a text where ~/.aws/config would be. */
export function useAwsConfig(text: string): void {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'config'), text);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
}

export const object = (key = 'p/a'): FinishedObject => ({
  key,
  body: Buffer.from('line\n'),
  contentType: 'application/gzip',
});

/** The bucket `bkt`, as the environment and these settings say. */
export async function openStore(
  aws: Partial<AwsSettings> = {},
  more: Partial<S3WriteSettings> = {},
): Promise<S3Store> {
  return openS3Store(
    { region: 'eu-central-1', endpointUrl: undefined, pathStyle: undefined, role: undefined, ...aws },
    {
      bucket: 'bkt',
      prefix: 'p',
      bucketOwner: undefined,
      storageClass: undefined,
      kmsKeyId: undefined,
      sse: undefined,
      acl: undefined,
      tags: undefined,
      ...more,
    },
    process.env,
  );
}

/** One PUT to it. */
export async function putOnce(aws: Partial<AwsSettings> = {}): Promise<unknown> {
  const store = await openStore(aws);
  try {
    return await store.put(object());
  } finally {
    await store.close();
  }
}
