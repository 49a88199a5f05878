import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openBucketAdmin } from '../../../../src/adapters/aws/s3/bucket-admin.ts';
import { startEmulator } from '../../../../src/adapters/emulator/start-emulator.ts';
import type { BucketAdmin } from '../../../../src/ports/aws/bucket-admin.ts';
import type { Emulator, EmulatorAccess } from '../../../../src/ports/aws/emulator.ts';

let emulator: Emulator;
let admin: S3Client;

beforeAll(async () => {
  emulator = await startEmulator();
  admin = new S3Client({
    endpoint: emulator.url,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: emulator.customer,
  });
});
afterEach(() => {
  emulator.faults.clear();
  for (const name of credentialNames) delete process.env[name];
});
afterAll(async () => {
  await emulator.close();
});

const credentialNames = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** The adapter takes its credentials where the SDK does. */
const keyOf = ({ accountId }: EmulatorAccess): string =>
  `arn:aws:kms:eu-central-1:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

async function bucketsOf(who: EmulatorAccess): Promise<BucketAdmin> {
  process.env['AWS_ACCESS_KEY_ID'] = who.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = who.secretAccessKey;
  return openBucketAdmin({ endpointUrl: emulator.url, pathStyle: undefined }, {});
}

async function lookAt(
  bucket: string,
  { region = 'eu-central-1', who = emulator.customer }: { region?: string; who?: EmulatorAccess } = {},
): ReturnType<BucketAdmin['look']> {
  const buckets = await bucketsOf(who);
  return buckets.look(bucket, region, who.accountId);
}

describe('a look at a bucket', () => {
  test('that is not there', async () => {
    await expect(lookAt('look-nowhere')).resolves.toEqual({
      bucket: 'look-nowhere',
      existence: 'missing',
      unseen: [],
    });
  });

  test('in its own region and from another one sees the same', async () => {
    await admin.send(new CreateBucketCommand({ Bucket: 'look-region' }));
    const seen = await lookAt('look-region');
    expect(seen).toMatchObject({
      existence: 'there',
      region: 'eu-central-1',
      ownedByAccount: true,
      unseen: [],
    });
    await expect(lookAt('look-region', { region: 'us-east-1' })).resolves.toEqual(seen);
  });

  test('of somebody else is hidden, whichever region one asks from', async () => {
    await admin.send(new CreateBucketCommand({ Bucket: 'look-hidden' }));
    for (const region of ['eu-central-1', 'us-east-1']) {
      const seen = await lookAt('look-hidden', { region, who: emulator.vendor });
      expect(seen).toMatchObject({ existence: 'hidden', region: 'eu-central-1' });
      expect(seen.ownedByAccount).toBeUndefined();
      expect(seen.unseen).toHaveLength(6);
    }
  });

  test('of somebody else who lets one in is known to be not ours', async () => {
    await admin.send(new CreateBucketCommand({ Bucket: 'look-foreign' }));
    emulator.faults.add({
      kind: 'error',
      status: 403,
      code: 'AccessDenied',
      skip: 1,
      match: { operation: 'HeadBucket' },
    });
    await expect(lookAt('look-foreign')).resolves.toMatchObject({
      existence: 'there',
      ownedByAccount: false,
    });
  });

  test('sees versioning, encryption and Object Lock', async () => {
    const Bucket = 'look-settings';
    const key = keyOf(emulator.customer);
    await admin.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await admin.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 7 } },
        },
      }),
    );
    await admin.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }],
        },
      }),
    );
    await expect(lookAt(Bucket)).resolves.toMatchObject({
      versioning: 'on',
      encryption: { algorithm: 'aws:kms', kmsKey: key },
      objectLock: { mode: 'COMPLIANCE', retention: '7 years' },
    });
  });

  test('tells what its ACL gives to others', async () => {
    const grant = (grantee: string, permission: string): string =>
      `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
    const group = (name: string): string =>
      `xsi:type="Group"><URI>http://acs.amazonaws.com/groups/${name}</URI>`;
    const grants = [
      grant('xsi:type="CanonicalUser"><ID>owner</ID>', 'FULL_CONTROL'),
      grant('xsi:type="CanonicalUser"><ID>another</ID>', 'WRITE'),
      grant(group('global/AllUsers'), 'READ'),
      grant(group('global/AuthenticatedUsers'), 'READ_ACP'),
      grant(group('s3/LogDelivery'), 'WRITE'),
    ].join('');
    const server = createServer((request, response) => {
      if (request.url?.includes('acl') === true)
        response.end(
          `<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`,
        );
      else response.writeHead(request.method === 'HEAD' ? 200 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
      const endpointUrl = `http://127.0.0.1:${port}`;
      const buckets = await openBucketAdmin({ endpointUrl, pathStyle: true }, process.env);
      expect((await buckets.look('with-grants', 'us-east-1', undefined)).grants).toEqual([
        { to: 'another', permission: 'WRITE' },
        { to: 'anybody', permission: 'READ' },
        { to: 'anybody with an AWS account', permission: 'READ_ACP' },
      ]);
    } finally {
      vi.unstubAllEnvs();
      server.close();
    }
  });

  test('tells versioning that is suspended from none', async () => {
    const Bucket = 'look-versions';
    await admin.send(new CreateBucketCommand({ Bucket }));
    await expect(lookAt(Bucket)).resolves.toMatchObject({ versioning: 'off' });
    await admin.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await expect(lookAt(Bucket)).resolves.toMatchObject({ versioning: 'suspended' });
  });
});

describe('making a bucket', () => {
  const made = { region: 'eu-central-1', partition: 'aws' };

  test('again does what is left, and leaves a policy alone that somebody has written', async () => {
    const buckets = await bucketsOf(emulator.customer);
    const bucket = 'make-again';
    await buckets.create({ ...made, bucket });
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${bucket}/*` },
      ],
    });
    await admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    await buckets.create({ ...made, bucket });
    const writes = emulator.requests().filter((request) => request.bucket === bucket);
    expect(writes.filter(({ operation }) => operation === 'PutBucketPolicy')).toHaveLength(2);
  });

  test.each([
    ['CreateBucket', 'Nothing was made.'],
    ['PutPublicAccessBlock', 'Before that the bucket was made.'],
    ['PutBucketEncryption', 'Before that the bucket was made, public access was blocked.'],
  ])('refused at %s, it says what was done before', async (operation, said) => {
    const buckets = await bucketsOf(emulator.customer);
    emulator.faults.add({ kind: 'deny', match: { operation } });
    await expect(
      buckets.create({
        ...made,
        bucket: `make-${operation.toLowerCase()}`,
        kmsKeyArn: keyOf(emulator.customer),
      }),
    ).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining(said),
    });
  });

  test('a name that somebody else has is refused', async () => {
    const buckets = await bucketsOf(emulator.customer);
    emulator.faults.add({
      kind: 'error',
      status: 409,
      code: 'BucketAlreadyExists',
      match: { operation: 'CreateBucket' },
    });
    await expect(buckets.create({ ...made, bucket: 'make-taken' })).rejects.toMatchObject({
      code: 'name-taken',
      cure: 'Choose another with --bucket.',
    });
  });
});
