import { randomUUID } from 'node:crypto';
import { iamOperations } from '../iam/operations.ts';
import type { Prepared } from '../server/prepared.ts';
import { authenticate } from '../sigv4/authenticate.ts';
import { sha256Hex } from '../sigv4/canonical-request.ts';
import { queryDialect } from '../sigv4/dialect.ts';
import { stsOperations } from '../sts/operations.ts';
import type { Effects } from '../faults/effects.ts';
import { readBodyClaims } from '../wire/body-claims.ts';
import { readPayload } from '../wire/read-payload.ts';
import { xmlReply, type Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import { parseQuery, type WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import { writeXml } from '../xml/write-xml.ts';
import { FormParameters } from './form-parameters.ts';
import type { QueryCall, QueryOperation } from './query-call.ts';

const maxBodyBytes = 1024 * 1024;

interface QueryService {
  readonly namespace: string;
  readonly version: string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

const services: Readonly<Record<'iam' | 'sts', QueryService>> = {
  iam: {
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    version: '2010-05-08',
    operations: iamOperations,
  },
  sts: {
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    version: '2011-06-15',
    operations: stsOperations,
  },
};

/** Reads the form that a request to IAM or STS is, so that its operation is known. */
export async function prepareQuery(
  world: World,
  request: WireRequest,
  name: 'iam' | 'sts',
): Promise<Prepared> {
  const service = services[name];
  const id = randomUUID();
  const received = await receiveForm(request);
  if (received instanceof WireError) return unreadable(service, name, received, id);
  const body = received;
  const parameters = new FormParameters(body === '' ? request.query : parseQuery(body));
  const operation = parameters.get('Action') ?? 'Unknown';
  return {
    target: { service: name, operation, bucket: undefined, key: undefined },
    headers: { 'x-amzn-requestid': id },
    renderError: (error) => errorReply(service, error, id),
    serve: async (effects) => {
      const call = signedCall(world, request, { effects, service: name, body, parameters, operation });
      const run = service.operations[operation];
      if (run === undefined) {
        throw new WireError(
          400,
          'InvalidAction',
          `Could not find operation ${operation} for version ${service.version}`,
        );
      }
      const result = await run(call);
      return xmlReply(
        writeXml(
          `${operation}Response`,
          { [`${operation}Result`]: result, ResponseMetadata: { RequestId: id } },
          service.namespace,
        ),
        { 'content-type': 'text/xml' },
      );
    },
  };
}

/** A request whose form can't be read: of an unknown operation, and refused. */
function unreadable(service: QueryService, name: 'iam' | 'sts', error: WireError, id: string): Prepared {
  return {
    target: { service: name, operation: 'Unknown', bucket: undefined, key: undefined },
    headers: { 'x-amzn-requestid': id },
    renderError: (cause) => errorReply(service, cause, id),
    serve: async () => await Promise.reject(error),
  };
}

async function receiveForm(request: WireRequest): Promise<string | WireError> {
  try {
    return await readForm(request);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

async function readForm(request: WireRequest): Promise<string> {
  // The payload hash is part of the signature here, and x-amz-content-sha256 is S3's own.
  const headers = new Map([...request.headers].filter(([name]) => name !== 'x-amz-content-sha256'));
  const payload = await readPayload(request, {
    claims: readBodyClaims(headers),
    maxBytes: maxBodyBytes,
    etag: false,
    discard: false,
    cutAfterBytes: undefined,
  });
  return payload.bytes.toString('utf8');
}

function signedCall(
  world: World,
  request: WireRequest,
  parts: { effects: Effects; service: string; body: string; parameters: FormParameters; operation: string },
): QueryCall {
  const { effects, service, body, parameters, operation } = parts;
  const now = world.clock() + effects.clockOffsetMs;
  const signed = authenticate(request, {
    directory: world.directory,
    dialect: queryDialect,
    now,
    service,
    payloadHash: sha256Hex(body),
    expired: effects.expired,
  });
  if (signed === undefined) {
    throw new WireError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  return {
    world,
    request,
    effects,
    now,
    principal: signed.principal,
    region: signed.claim.scope.region,
    authType: undefined,
    signatureAgeMs: Math.max(0, now - signed.claim.signedAt),
    parameters,
    operation,
  };
}

function errorReply(service: QueryService, error: WireError, id: string): Reply {
  const Type = error.status >= 500 ? 'Receiver' : 'Sender';
  const content = { Error: { Type, Code: error.code, Message: error.message }, RequestId: id };
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', ...error.extras.headers },
    body: writeXml('ErrorResponse', content, service.namespace),
  };
}
