import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { FinishedObject } from '../../../ports/store/object-store.ts';

type Signer = Awaited<ReturnType<S3Client['config']['signer']>>;
type AuthScheme = Parameters<S3Client['config']['signer']>[0];
type HttpRequest = Parameters<Signer['sign']>[0];

/** What came back: nothing is read of its body yet. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body: Readable;
}

/** What the endpoint rules say of a request, as far as we look. */
interface EndpointProperties {
  authSchemes?: AuthScheme[];
  backend?: string;
}

interface BuildContext {
  endpointV2?: { properties?: EndpointProperties };
}

/** Larger bodies go the SDK's way, which has extras for them (`Expect: 100-continue`) and costs nothing beside them. */
const mostBytes = 1024 * 1024;
const checksumHeader = 'x-amz-checksum-crc32';
/** Headers that follow from the object or the signature, or are new in each request; all others stay. */
const ownHeaders = new Set([
  'content-type',
  'content-length',
  checksumHeader,
  'amz-sdk-invocation-id',
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]);
/** Headers of a request that is more than a body with a signature over it. */
const foreignHeader =
  /^(?:expect|transfer-encoding|content-encoding|trailer|x-amz-(?:trailer|s3session-.*|checksum-(?!crc32$).*))$/;

/**
 * The PutObject that the SDK has built once, of which others are made: only key, body and what follows from them differ.
 * They are signed by the SDK's signer, with the credentials of the moment, and sent by its request handler. Building each
 * anew (endpoint rules, schemas, thirteen middlewares) takes three times the CPU of all the rest of a small PUT.
 */
export class PutTemplate {
  readonly #client: S3Client;
  readonly #signer: Signer;
  readonly #request: HttpRequest;
  readonly #headers: Readonly<Record<string, string>>;
  /** The path before the key: empty, or the bucket. */
  readonly #pathBefore: string;
  readonly #withChecksum: boolean;

  private constructor(client: S3Client, signer: Signer, request: HttpRequest, key: string) {
    this.#client = client;
    this.#signer = signer;
    this.#request = request;
    this.#pathBefore = request.path.slice(0, -encodedKey(key).length);
    this.#headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !ownHeaders.has(name.toLowerCase())),
    );
    this.#withChecksum = checksumHeader in request.headers;
  }

  /**
   * Lets the command leave a template behind when its request is built; undefined where requests are not as simple as they
   * have to be: to a directory bucket, through a multi-Region access point.
   */
  static leaveBehind(
    { command, key }: { command: PutObjectCommand; key: string },
    client: S3Client,
    take: (template: PutTemplate | undefined) => void,
  ): void {
    command.middlewareStack.add(
      (next, context) => async (args) => {
        const built = args.request as HttpRequest;
        const request = { ...built, headers: { ...built.headers } };
        const { properties = {} } = (context as BuildContext).endpointV2 ?? {};
        if (isSimple(request, key, properties)) {
          const signer = await client.config.signer(properties.authSchemes?.[0]);
          take(new PutTemplate(client, signer, request, key));
        } else take(undefined);
        return next(args);
      },
      { step: 'build', priority: 'low', name: 'leaveTemplateBehind' },
    );
  }

  /** Sends the object; undefined where that is for the SDK to do. Throws what signing and sending fail with. */
  async send({ key, body, contentType, contentEncoding }: FinishedObject): Promise<HttpResponse | undefined> {
    if (body.length > mostBytes) return undefined;
    const headers: Record<string, string> = {
      ...this.#headers,
      'content-type': contentType,
      'content-length': String(body.length),
      ...(contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding }),
      'amz-sdk-invocation-id': randomUUID(),
    };
    if (this.#withChecksum) headers[checksumHeader] = base64Crc32(body);
    const path = this.#pathBefore + encodedKey(key);
    const request = { ...this.#request, path, body, headers } as HttpRequest;
    const { systemClockOffset, requestHandler } = this.#client.config;
    const signed = await this.#signer.sign(request, {
      signingDate: new Date(Date.now() + systemClockOffset),
    });
    const { response } = await requestHandler.handle(signed);
    return response as HttpResponse;
  }
}

function isSimple(
  { headers, path, method }: HttpRequest,
  key: string,
  { authSchemes, backend }: EndpointProperties,
): boolean {
  return (
    method === 'PUT' &&
    authSchemes?.[0]?.name === 'sigv4' &&
    backend === undefined &&
    path.endsWith(`/${encodedKey(key)}`) &&
    !Object.keys(headers).some((name) => foreignHeader.test(name.toLowerCase()))
  );
}

/** A key as the path of a request: each part percent-encoded but for RFC 3986's unreserved characters. */
function encodedKey(key: string): string {
  return key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replaceAll(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

/** As S3 wants it: big-endian, in Base64. */
function base64Crc32(body: Buffer): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
