import { demand } from '../../access/decide.ts';
import { findKey, type KmsKey } from '../../kms/keys.ts';
import { accessDenied, WireError } from '../../wire/wire-error.ts';
import type { Encryption, ObjectVersion } from './bucket.ts';
import { header, s3Arn, type BucketCall, type ObjectCall } from '../s3-call.ts';

export type ObjectEncryption = ObjectVersion['encryption'];

/** How a new object is to be encrypted, by its headers or else the bucket's setting; checks that the caller may use the key. */
export function encryptionFor(call: ObjectCall): ObjectEncryption {
  const encryption = requestedEncryption(call) ?? call.bucket.encryption;
  if (encryption.algorithm === 'AES256') return encryption;
  const key = usableKey(call, encryption.keyArn);
  demandKey(call, key, encryption, 'kms:GenerateDataKey');
  return { ...encryption, keyArn: key?.arn };
}

/** Checks that the caller may read what is encrypted with a KMS key. */
export function demandDecryption(call: ObjectCall, encryption: ObjectEncryption): void {
  if (encryption.algorithm === 'AES256') return;
  demandKey(call, usableKey(call, encryption.keyArn), encryption, 'kms:Decrypt');
}

/** The headers that tell how an object is encrypted. */
export function encryptionHeaders(encryption: ObjectEncryption): Record<string, string> {
  return {
    'x-amz-server-side-encryption': encryption.algorithm,
    ...(encryption.keyArn !== undefined && {
      'x-amz-server-side-encryption-aws-kms-key-id': encryption.keyArn,
    }),
    ...(encryption.bucketKey && { 'x-amz-server-side-encryption-bucket-key-enabled': 'true' }),
  };
}

/** Recognises an encryption algorithm by its name. */
export function toAlgorithm(name: string | undefined): Encryption['algorithm'] | undefined {
  return (['AES256', 'aws:kms', 'aws:kms:dsse'] as const).find((known) => known === name);
}

function requestedEncryption(call: ObjectCall): ObjectEncryption | undefined {
  const name = header(call, 'x-amz-server-side-encryption');
  const keyArn = header(call, 'x-amz-server-side-encryption-aws-kms-key-id');
  if (name === undefined && keyArn === undefined) return undefined;
  const algorithm = toAlgorithm(name);
  if (algorithm === undefined) {
    throw new WireError(400, 'InvalidArgument', 'The encryption method specified is not supported', {
      fields: { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: name ?? 'null' },
    });
  }
  if (algorithm === 'AES256' && keyArn !== undefined) {
    throw new WireError(
      400,
      'InvalidArgument',
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      { fields: { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: algorithm } },
    );
  }
  const bucketKey = header(call, 'x-amz-server-side-encryption-bucket-key-enabled') === 'true';
  return { algorithm, keyArn, bucketKey };
}

/** The key, in a state to be used; undefined for the account's own `alias/aws/s3`. */
function usableKey(call: BucketCall, name: string | undefined): KmsKey | undefined {
  const { bucket, effects, world } = call;
  if (name === undefined || name.endsWith('alias/aws/s3')) return undefined;
  const home = { account: call.principal.caller.account, region: bucket.region };
  const key = findKey(world.keys, name, home);
  if (key === undefined) throw new WireError(400, 'KMS.NotFoundException', `Key '${name}' does not exist`);
  if (key.region !== bucket.region) {
    throw new WireError(400, 'KMS.NotFoundException', `Invalid arn ${key.region}`);
  }
  if (key.state === 'Disabled' || effects.keyDisabled) {
    throw new WireError(400, 'KMS.DisabledException', `${key.arn} is disabled.`);
  }
  if (key.state === 'PendingDeletion') {
    throw new WireError(400, 'KMS.KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
  return key;
}

function demandKey(
  call: ObjectCall,
  key: KmsKey | undefined,
  encryption: ObjectEncryption,
  action: 'kms:GenerateDataKey' | 'kms:Decrypt',
): void {
  const { caller } = call.principal;
  if (key === undefined) {
    // The policy of alias/aws/s3 lets in everybody of its own account who comes through S3, and nobody else.
    if (caller.account !== call.bucket.owner) throw accessDenied();
    return;
  }
  demand(call, {
    action,
    resource: key.arn,
    resourceAccount: key.account,
    resourcePolicy: { kind: 'kms-key', document: key.policy },
    context: {
      'kms:ViaService': `s3.${call.bucket.region}.amazonaws.com`,
      'kms:CallerAccount': caller.account,
      'kms:EncryptionContext:aws:s3:arn': s3Arn(
        call.bucket.name,
        encryption.bucketKey ? undefined : call.key,
      ),
    },
  });
}
