import { xmlReply, type Reply } from '../../wire/reply.ts';
import { WireError } from '../../wire/wire-error.ts';
import { textAt } from '../../xml/read-xml.ts';
import { writeXml } from '../../xml/write-xml.ts';
import type { Bucket } from './bucket.ts';
import { canonicalId } from './bucket-operations.ts';
import { toAlgorithm } from './encryption.ts';
import { malformedXml, parseXml, receiveText, s3Namespace, type BucketCall, type Run } from '../s3-call.ts';
import { tagsFromXml } from '../objects/tags.ts';
import type { XmlElement } from '../../xml/read-xml.ts';

/** One setting of a bucket that is put, read and deleted as an XML body. */
interface Setting {
  readonly root: string;
  /** What a reader gets where nothing was put: an empty document, or this error. */
  readonly missing: readonly [status: number, code: string, message: string] | 'empty';
  /** Takes the meaning out of a body; throws `WireError` where it has none. */
  readonly take?: (bucket: Bucket, body: XmlElement, text: string) => void;
  readonly drop?: (bucket: Bucket) => void;
  /** The body as it follows from the bucket's state, for settings that are more than their text. */
  readonly show?: (bucket: Bucket) => string | undefined;
}

/** By sub-resource. */
export const settings: Readonly<Record<string, Setting>> = {
  encryption: {
    root: 'ServerSideEncryptionConfiguration',
    missing: 'empty',
    take: takeEncryption,
    drop: (bucket) => {
      bucket.encryption = { algorithm: 'AES256', keyArn: undefined, bucketKey: false };
    },
    show: showEncryption,
  },
  publicAccessBlock: {
    root: 'PublicAccessBlockConfiguration',
    missing: [
      404,
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    ],
  },
  ownershipControls: {
    root: 'OwnershipControls',
    missing: [404, 'OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
    take: takeOwnership,
    show: (bucket) =>
      writeXml('OwnershipControls', { Rule: { ObjectOwnership: bucket.ownership } }, s3Namespace),
  },
  versioning: {
    root: 'VersioningConfiguration',
    missing: 'empty',
    take: takeVersioning,
    show: (bucket) => writeXml('VersioningConfiguration', { Status: bucket.versioning }, s3Namespace),
  },
  'object-lock': {
    root: 'ObjectLockConfiguration',
    missing: [
      404,
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    ],
    take: takeObjectLock,
    show: (bucket) => bucket.objectLock?.xml,
  },
  notification: { root: 'NotificationConfiguration', missing: 'empty' },
  tagging: {
    root: 'Tagging',
    missing: [404, 'NoSuchTagSet', 'The TagSet does not exist'],
    take: (_bucket, body) => void tagsFromXml(body, 50),
  },
  lifecycle: {
    root: 'LifecycleConfiguration',
    missing: [404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  acl: {
    root: 'AccessControlPolicy',
    missing: 'empty',
    take: () => {
      throw new WireError(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
    },
    show: showAcl,
  },
};

/** Answers with a setting as XML. */
export function getSetting(name: string): Run<BucketCall> {
  return (call) => {
    const setting = settingNamed(name);
    const text = setting.show === undefined ? call.bucket.settings.get(name) : setting.show(call.bucket);
    if (text !== undefined) return xmlReply(text);
    if (setting.missing === 'empty') return xmlReply(writeXml(setting.root, undefined, s3Namespace));
    const [status, code, message] = setting.missing;
    throw new WireError(status, code, message, { fields: { BucketName: call.bucket.name } });
  };
}

/** Takes a setting. */
export function putSetting(name: string): Run<BucketCall> {
  return async (call): Promise<Reply> => {
    const setting = settingNamed(name);
    const text = await receiveText(call);
    const body = parseXml(text, setting.root);
    setting.take?.(call.bucket, body, text);
    if (setting.show === undefined) call.bucket.settings.set(name, text);
    await call.world.state.save(call.world);
    return { status: 200 };
  };
}

/** Takes a setting back. */
export function deleteSetting(name: string): Run<BucketCall> {
  return async (call): Promise<Reply> => {
    settingNamed(name).drop?.(call.bucket);
    call.bucket.settings.delete(name);
    await call.world.state.save(call.world);
    return { status: 204 };
  };
}

function settingNamed(name: string): Setting {
  const setting = settings[name];
  if (setting === undefined) throw new WireError(501, 'NotImplemented', `The rehearsal has no ${name}.`);
  return setting;
}

function takeEncryption(bucket: Bucket, body: XmlElement): void {
  const rule = body.children.find((child) => child.name === 'Rule');
  const algorithm = rule && toAlgorithm(textAt(rule, 'ApplyServerSideEncryptionByDefault', 'SSEAlgorithm'));
  if (rule === undefined || algorithm === undefined) throw malformedXml();
  const keyArn = textAt(rule, 'ApplyServerSideEncryptionByDefault', 'KMSMasterKeyID');
  if (algorithm === 'AES256' && keyArn !== undefined) {
    throw new WireError(
      400,
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
    );
  }
  bucket.encryption = { algorithm, keyArn, bucketKey: textAt(rule, 'BucketKeyEnabled') === 'true' };
}

function showEncryption(bucket: Bucket): string {
  const { algorithm, keyArn, bucketKey } = bucket.encryption;
  const Rule = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm, KMSMasterKeyID: keyArn },
    BucketKeyEnabled: bucketKey,
  };
  return writeXml('ServerSideEncryptionConfiguration', { Rule }, s3Namespace);
}

function takeOwnership(bucket: Bucket, body: XmlElement): void {
  const ownership = textAt(body, 'Rule', 'ObjectOwnership');
  if (
    ownership !== 'BucketOwnerEnforced' &&
    ownership !== 'BucketOwnerPreferred' &&
    ownership !== 'ObjectWriter'
  ) {
    throw malformedXml();
  }
  bucket.ownership = ownership;
}

function takeVersioning(bucket: Bucket, body: XmlElement): void {
  const status = textAt(body, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new WireError(
      400,
      'IllegalVersioningConfigurationException',
      'The Versioning element must be specified',
    );
  }
  if (status === 'Suspended' && bucket.objectLock !== undefined) {
    throw new WireError(
      409,
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  bucket.versioning = status;
}

function takeObjectLock(bucket: Bucket, body: XmlElement, xml: string): void {
  if (bucket.versioning !== 'Enabled') {
    throw new WireError(
      409,
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  }
  if (textAt(body, 'ObjectLockEnabled') !== 'Enabled') throw malformedXml();
  const mode = textAt(body, 'Rule', 'DefaultRetention', 'Mode');
  const days = textAt(body, 'Rule', 'DefaultRetention', 'Days');
  const years = textAt(body, 'Rule', 'DefaultRetention', 'Years');
  if (mode === undefined) {
    bucket.objectLock = { mode: undefined, days: undefined, xml };
    return;
  }
  const length = Number(days ?? Number(years) * 365);
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || !(length > 0)) throw malformedXml();
  bucket.objectLock = { mode, days: length, xml };
}

function showAcl(bucket: Bucket): string {
  const id = canonicalId(bucket.owner);
  return writeXml('AccessControlPolicy', { Owner: { ID: id }, AccessControlList: undefined }, s3Namespace);
}
