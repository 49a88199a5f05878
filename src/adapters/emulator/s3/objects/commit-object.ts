import { WireError } from '../../wire/wire-error.ts';
import { currentVersion, type ObjectTemplate, type ObjectVersion } from '../buckets/bucket.ts';
import { announce } from '../buckets/notifications.ts';
import { header, type ObjectCall } from '../s3-call.ts';
import { addVersion, persistKey } from './versions.ts';

/** What a body turned out to be. */
export type Content = Pick<ObjectVersion, 'size' | 'etag' | 'blob' | 'checksum'>;

/**
 * Runs a write that may carry `If-None-Match: *` or `If-Match`. Among writers that race, the first to finish wins and the
 * others get 412; where a delete of the key came in between, 409
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export async function writeConditionally<T>(
  call: ObjectCall,
  write: (commit: Commit) => Promise<T>,
): Promise<T> {
  const condition = readCondition(call);
  if (condition === undefined)
    return await write(async (template, content) => await commit(call, template, content));
  const race = { overtaken: false };
  const racers = call.bucket.racing.get(call.key) ?? new Set();
  call.bucket.racing.set(call.key, racers.add(race));
  try {
    return await write(async (template, content) => {
      if (race.overtaken) throw conflict(call);
      checkCondition(call, condition);
      return await commit(call, template, content);
    });
  } finally {
    racers.delete(race);
    if (racers.size === 0) call.bucket.racing.delete(call.key);
  }
}

export type Commit = (template: ObjectTemplate, content: Content) => Promise<ObjectVersion>;

/** Tells conditional writes of this key that are under way that the key was deleted meanwhile. */
export function markOvertaken(call: ObjectCall): void {
  for (const race of call.bucket.racing.get(call.key) ?? []) race.overtaken = true;
}

/** From the check of the condition to here nothing is awaited: that makes the two one step. */
async function commit(call: ObjectCall, template: ObjectTemplate, content: Content): Promise<ObjectVersion> {
  const version = { ...template, ...content, modifiedAt: call.now, sequence: call.world.nextSequence() };
  const unused = addVersion(call.bucket, version);
  await persistKey(call, unused);
  announce(call, { name: 'ObjectCreated:Put', version });
  return version;
}

type Condition = { readonly ifAbsent: true } | { readonly ifMatch: string };

function readCondition(call: ObjectCall): Condition | undefined {
  const [ifNoneMatch, ifMatch] = [header(call, 'if-none-match'), header(call, 'if-match')];
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw new WireError(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { fields: { Header: 'If-None-Match' } },
    );
  }
  if (ifNoneMatch !== undefined) return { ifAbsent: true };
  return ifMatch === undefined ? undefined : { ifMatch: ifMatch.replaceAll('"', '') };
}

function checkCondition(call: ObjectCall, condition: Condition): void {
  const current = currentVersion(call.bucket, call.key);
  if ('ifAbsent' in condition) {
    if (current !== undefined) throw preconditionFailed('If-None-Match');
  } else if (current === undefined) {
    throw new WireError(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: call.key } });
  } else if (current.etag !== condition.ifMatch && condition.ifMatch !== '*')
    throw preconditionFailed('If-Match');
}

/** 412: the condition of a read or write does not hold. */
export function preconditionFailed(condition: string): WireError {
  return new WireError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { fields: { Condition: condition } },
  );
}

function conflict(call: ObjectCall): WireError {
  return new WireError(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { fields: { Condition: 'If-None-Match', Key: call.key } },
  );
}
