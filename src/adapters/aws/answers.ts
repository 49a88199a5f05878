import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Service } from './endpoints.ts';

/** What came back, as the SDK's handlers give it. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body?: unknown;
}

/** No answer that is looked into is longer; a page of a thousand keys has one to two MiB. */
const longestBody = 16 * 1024 * 1024;

/** An answer that is not in the form of the protocol: whoever gave it, it says neither yes nor no. */
export class UnexpectedAnswer extends Error {
  /** Tells the SDK to try again where it is the one who does. */
  readonly $retryable?: object;
  readonly $metadata: { httpStatusCode: number; requestId?: string };
  readonly $response: { headers: Record<string, string | undefined> };
  /** Whether it says itself that it is an error, in the form of one, with a status that says otherwise. */
  readonly saidError: string | undefined;

  constructor(answer: HttpAnswer, what: string, saidError?: string) {
    super(what);
    this.name = 'UnexpectedAnswer';
    this.saidError = saidError;
    const requestId = answer.headers['x-amz-request-id'] ?? answer.headers['x-amzn-requestid'];
    this.$metadata = {
      httpStatusCode: answer.statusCode,
      ...(requestId === undefined ? {} : { requestId }),
    };
    this.$response = { headers: answer.headers };
    if (answer.statusCode < 400) this.$retryable = {};
  }
}

/** The body of a success, for a command. Undefined: all is well; else what is wrong with it. */
type Form = (body: string, answer: HttpAnswer) => string | undefined;

const xml =
  (root?: string): Form =>
  (body) => {
    const found = rootOf(body);
    if (found === undefined) return body.trim() === '' ? 'it is empty' : 'it is no XML';
    if (/^html$/i.test(found)) return 'it is no XML of the service';
    return root === undefined || found === root ? undefined : `it is a <${found}>`;
  };

/** Nothing is said beyond the status, or in XML. */
const bare: Form = (body) => (body.trim() === '' ? undefined : xml()(body, noAnswer));
const noAnswer: HttpAnswer = { statusCode: 0, headers: {} };

const json: Form = (body) => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? undefined : 'it is no JSON object';
  } catch {
    return body.trim() === '' ? 'it is empty' : 'it is no JSON';
  }
};

/** What is done is told by an empty body, or by a JSON object. */
const done: Form = (body, answer) => (body.trim() === '' ? undefined : json(body, answer));

/** S3 says 204 and no more; moto, 200 and the policy, or `True`. */
const policyTaken: Form = (body, answer) =>
  json(body, answer) === undefined || body.trim() === 'True' ? undefined : bare(body, answer);

/** An object is stored where S3 says 200 and its ETag (Amazon S3 API Reference, "PutObject"). */
const stored: Form = (body, { statusCode, headers }) => {
  if (statusCode !== 200) return 'only 200 says that an object is stored';
  if (headers['etag'] === undefined || headers['etag'] === '') return 'it has no ETag';
  return bare(body, noAnswer);
};

const head: Form = (_body, { headers }) =>
  /text\/html/.test(headers['content-type'] ?? '') ? 'it is a page of HTML' : undefined;

/** The forms of commands whose success is more than "XML, or nothing". */
const forms: Readonly<Record<string, Form>> = {
  PutObjectCommand: stored,
  HeadBucketCommand: head,
  ListObjectsV2Command: xml('ListBucketResult'),
  GetBucketPolicyCommand: json,
  PutBucketPolicyCommand: policyTaken,
  GetBucketEncryptionCommand: xml(),
  GetBucketLifecycleConfigurationCommand: xml(),
  GetBucketVersioningCommand: xml(),
  GetObjectLockConfigurationCommand: xml(),
  GetPublicAccessBlockCommand: xml(),
  ReceiveMessageCommand: json,
  DeleteMessageCommand: done,
  ChangeMessageVisibilityCommand: done,
};

/** IAM and STS name the root after the action (AWS Query protocol, Smithy); other servers keep to its end at least. */
const query: Form = (body) => {
  const found = rootOf(body);
  return found !== undefined && /(?:Response|Result)$/.test(found)
    ? undefined
    : 'it is no XML of the service';
};

/** The protocol that each service speaks (Smithy); S3's is a matter of each command. */
const usualForms: Readonly<Record<Service, Form>> = {
  S3: bare,
  STS: query,
  IAM: query,
  SNS: query,
  SQS: json,
  KMS: json,
  ATHENA: done,
  GLUE: done,
  EVENTBRIDGE: done,
};

/**
 * Hands back the answer, its body read, where it is in the form that the service gives for the command; the bodies of objects
 * stay unread. Throws UnexpectedAnswer.
 */
export async function inForm<A extends HttpAnswer>(answer: A, service: Service, command: string): Promise<A> {
  const { statusCode, headers } = answer;
  if (command === 'GetObjectCommand' && statusCode < 300) {
    if (headers['etag'] !== undefined) return answer;
    throw new UnexpectedAnswer(answer, `${describe(headers, '')} without the ETag of an object`);
  }
  const body = await readBody(answer);
  const wrong =
    statusCode >= 300
      ? errorForm(service, body)
      : (errorDocument(body) ?? (forms[command] ?? usualForms[service])(body, answer));
  if (wrong === undefined)
    return Object.assign(answer, { body: Readable.from(body === '' ? [] : [Buffer.from(body)]) });
  const saidError = statusCode < 300 ? codeOf(body) : undefined;
  throw new UnexpectedAnswer(answer, `${describe(headers, body)}: ${wrong}`, saidError);
}

/** Lets nothing of a client pass that is not in form, before the SDK reads it. */
export function checkAnswers<C extends { middlewareStack: unknown }>(client: C, service: Service): C {
  const { middlewareStack } = client as unknown as Pick<S3Client, 'middlewareStack'>;
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      await inForm(result.response as HttpAnswer, service, context.commandName ?? '');
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'checkFormOfAnswer' },
  );
  return client;
}

const jsonServices: ReadonlySet<Service> = new Set(['SQS', 'KMS', 'ATHENA', 'GLUE', 'EVENTBRIDGE']);

/** An error is XML or JSON of its own form, or has no body. */
function errorForm(service: Service, body: string): string | undefined {
  if (body.trim() === '') return undefined;
  if (jsonServices.has(service) && json(body, noAnswer) === undefined) return undefined;
  const root = rootOf(body);
  if (root === undefined) return 'it is no XML';
  if (!/^(?:Error|ErrorResponse|Response)$/.test(root)) return `it is a <${root}>`;
  return body.trimEnd().endsWith(`</${root}>`) ? undefined : 'it is cut off';
}

/** A success that says itself that it is none: S3 does it for what takes long. */
function errorDocument(body: string): string | undefined {
  return /^(?:Error|ErrorResponse)$/.test(rootOf(body) ?? '') ? 'it is an error' : undefined;
}

function codeOf(body: string): string | undefined {
  return errorDocument(body) === undefined
    ? undefined
    : (/<Code>([\w.]{1,100})<\/Code>/.exec(body)?.[1] ?? 'Error');
}

/** The name of the first element; undefined for what is no XML. */
function rootOf(body: string): string | undefined {
  return /^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*|<!doctype[^>]*>\s*)*<([A-Za-z][\w.:-]*)/i
    .exec(body)?.[1]
    ?.replace(/^.*:/, '');
}

/** What it is, for messages: `a page of HTML ("413 Request Entity Too Large")`. */
function describe(headers: HttpAnswer['headers'], body: string): string {
  const title = /<title>([^<]{1,100})<\/title>/i.exec(body)?.[1]?.replaceAll(/\s+/g, ' ').trim();
  if (/^\s*(?:<!doctype html|<html)/i.test(body) || /text\/html/.test(headers['content-type'] ?? ''))
    return `a page of HTML${title === undefined ? '' : ` ("${title}")`}`;
  return 'an answer';
}

async function readBody(answer: HttpAnswer): Promise<string> {
  const { body, headers } = answer;
  if (headers['content-length'] === '0' && body instanceof Readable) {
    body.on('error', () => undefined).resume();
    return '';
  }
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > longestBody) {
      (body as Readable).destroy();
      throw new UnexpectedAnswer(answer, 'an answer without an end');
    }
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString('utf8');
}
