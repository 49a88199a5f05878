import { randomUUID } from 'node:crypto';
import type { Effects } from '../faults/effects.ts';
import type { Prepared } from '../server/prepared.ts';
import { authenticate } from '../sigv4/authenticate.ts';
import { sha256Hex } from '../sigv4/canonical-request.ts';
import { queryDialect } from '../sigv4/dialect.ts';
import { readBodyClaims } from '../wire/body-claims.ts';
import { readPayload } from '../wire/read-payload.ts';
import type { Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import { sqsOperations } from './operations.ts';
import type { SqsCall } from './sqs-call.ts';
import { sqsError } from './sqs-call.ts';

const maxBodyBytes = 4 * 1024 * 1024;
const contentType = 'application/x-amz-json-1.0';
const targetPrefix = 'AmazonSQS.';

/**
 * A request to SQS as the SDKs send it: AWS JSON 1.0, with the operation in a header
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html).
 */
export async function prepareSqs(world: World, request: WireRequest): Promise<Prepared> {
  const id = randomUUID();
  const header = request.headers.get('x-amz-target') ?? '';
  const operation = header.startsWith(targetPrefix) ? header.slice(targetPrefix.length) : 'Unknown';
  const received = await receiveBody(request);
  return {
    target: { service: 'sqs', operation, bucket: undefined, key: undefined },
    headers: { 'x-amzn-requestid': id },
    renderError: errorReply,
    serve: async (effects) => {
      if (received instanceof WireError) throw received;
      const call = signedCall(world, request, { effects, body: received, operation });
      const run = sqsOperations[operation];
      if (run === undefined)
        throw sqsError('UnknownOperationException', `The rehearsal has no sqs:${operation}.`);
      return jsonReply(200, await run(call));
    },
  };
}

async function receiveBody(request: WireRequest): Promise<string | WireError> {
  // The payload hash is part of the signature here, and x-amz-content-sha256 is S3's own.
  const headers = new Map([...request.headers].filter(([name]) => name !== 'x-amz-content-sha256'));
  try {
    const payload = await readPayload(request, {
      claims: readBodyClaims(headers),
      maxBytes: maxBodyBytes,
      etag: false,
      discard: false,
      cutAfterBytes: undefined,
    });
    return payload.bytes.toString('utf8');
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

function signedCall(
  world: World,
  request: WireRequest,
  { effects, body, operation }: { effects: Effects; body: string; operation: string },
): SqsCall {
  const now = world.clock() + effects.clockOffsetMs;
  const signed = authenticate(request, {
    directory: world.directory,
    dialect: queryDialect,
    now,
    service: 'sqs',
    payloadHash: sha256Hex(body),
    expired: effects.expired,
  });
  if (signed === undefined)
    throw new WireError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  return {
    world,
    request,
    effects,
    now,
    principal: signed.principal,
    region: signed.claim.scope.region,
    authType: undefined,
    signatureAgeMs: Math.max(0, now - signed.claim.signedAt),
    operation,
    input: parseInput(body),
  };
}

function parseInput(body: string): SqsCall['input'] {
  let value: unknown;
  try {
    value = JSON.parse(body === '' ? '{}' : body);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as SqsCall['input'];
  throw new WireError(400, 'SerializationException', 'The body is not a JSON object.');
}

function jsonReply(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': contentType, ...headers }, body: JSON.stringify(value) };
}

function errorReply({ status, code, message, extras }: WireError): Reply {
  return jsonReply(status, { __type: `com.amazonaws.sqs#${code}`, message }, extras.headers);
}
