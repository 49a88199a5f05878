import type { IncomingMessage } from 'node:http';
import { ChunkedDecoder } from './aws-chunked.ts';
import { digestsNeeded, type BodyClaims } from './body-claims.ts';
import type { RunningDigest } from './crc.ts';
import { digestKinds, type ChecksumName, type DigestName } from './digests.ts';
import { WireError } from './wire-error.ts';
import type { WireRequest } from './wire-request.ts';

/** A body that came in whole and met every claim made about it. */
export interface Payload {
  readonly bytes: Buffer;
  /** Bytes that came in; more than `bytes.length` only where bodies are discarded. */
  readonly size: number;
  /** Hex MD5, where an ETag was asked for. */
  readonly md5: string | undefined;
  readonly checksum: { readonly name: ChecksumName; readonly value: string } | undefined;
}

export interface PayloadOptions {
  readonly claims: BodyClaims;
  readonly maxBytes: number;
  /** Take the MD5 that becomes the ETag. */
  readonly etag: boolean;
  /** Count the bytes, keep and check nothing. */
  readonly discard: boolean;
  /** A fault: cut the connection when so many bytes have come in. */
  readonly cutAfterBytes: number | undefined;
}

/** The connection ended before the reply: there is nobody to answer. */
export class ConnectionEnded extends Error {}

/** Receives the body and checks it. Throws `WireError` (BadDigest, IncompleteBody …) or `ConnectionEnded`. */
export async function readPayload(request: WireRequest, options: PayloadOptions): Promise<Payload> {
  const { claims } = options;
  if ((claims.length ?? 0) > options.maxBytes) {
    throw new WireError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: claims.length, MaxSizeAllowed: options.maxBytes },
    });
  }
  const intake = new Intake(options);
  const decoder = claims.chunked ? new ChunkedDecoder((data) => intake.take(data)) : undefined;
  request.proceed();
  await receive(request.incoming, options.cutAfterBytes, (piece) => {
    if (decoder === undefined) intake.take(piece);
    else decoder.push(piece);
  });
  decoder?.finish();
  return intake.finish(decoder?.trailers ?? new Map());
}

async function receive(
  incoming: IncomingMessage,
  cutAfterBytes: number | undefined,
  take: (piece: Buffer) => void,
): Promise<void> {
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    incoming.on('data', (piece: Buffer) => {
      received += piece.length;
      try {
        if (cutAfterBytes !== undefined && received >= cutAfterBytes) {
          incoming.socket.resetAndDestroy();
          throw new ConnectionEnded('cut in mid-body');
        }
        take(piece);
      } catch (error) {
        incoming.removeAllListeners('data');
        incoming.resume();
        reject(error);
      }
    });
    incoming.once('end', resolve);
    incoming.once('error', () => reject(new ConnectionEnded('the client went away')));
    incoming.once('close', () => reject(new ConnectionEnded('the client went away')));
  });
}

/** Collects the bytes in one buffer of the announced size and takes the digests while they are in the cache. */
class Intake {
  readonly #options: PayloadOptions;
  readonly #bytes: Buffer;
  readonly #digests = new Map<DigestName, RunningDigest>();
  #size = 0;

  constructor(options: PayloadOptions) {
    this.#options = options;
    this.#bytes = options.discard ? Buffer.alloc(0) : Buffer.allocUnsafeSlow(options.claims.length ?? 0);
    if (options.discard) return;
    for (const name of digestsNeeded(options.claims, options.etag))
      this.#digests.set(name, digestKinds[name].start());
  }

  take(piece: Buffer): void {
    const end = this.#size + piece.length;
    if (end > (this.#options.claims.length ?? 0)) throw incompleteBody();
    if (!this.#options.discard) {
      piece.copy(this.#bytes, this.#size);
      for (const digest of this.#digests.values()) digest.update(piece);
    }
    this.#size = end;
  }

  finish(trailers: ReadonlyMap<string, string>): Payload {
    const { claims, discard } = this.#options;
    if (this.#size !== claims.length) throw incompleteBody();
    if (discard) return { bytes: this.#bytes, size: this.#size, md5: undefined, checksum: undefined };
    const digests = new Map([...this.#digests].map(([name, running]) => [name, running.digest()]));
    checkContentSha256(claims, digests.get('sha256'));
    checkMd5(claims, digests.get('md5'));
    return {
      bytes: this.#bytes,
      size: this.#size,
      md5: digests.get('md5')?.toString('hex'),
      checksum: checkChecksum(claims, digests, trailers),
    };
  }
}

function checkContentSha256(claims: BodyClaims, digest: Buffer | undefined): void {
  const computed = digest?.toString('hex');
  if (claims.contentSha256 === undefined || claims.contentSha256 === computed) return;
  throw new WireError(
    400,
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { fields: { ClientComputedContentSHA256: claims.contentSha256, S3ComputedContentSHA256: computed } },
  );
}

function checkMd5(claims: BodyClaims, digest: Buffer | undefined): void {
  const computed = digest?.toString('base64');
  if (claims.md5 === undefined || claims.md5 === computed) return;
  throw new WireError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    fields: { ExpectedDigest: claims.md5, CalculatedDigest: computed },
  });
}

function checkChecksum(
  claims: BodyClaims,
  digests: ReadonlyMap<DigestName, Buffer>,
  trailers: ReadonlyMap<string, string>,
): Payload['checksum'] {
  if (claims.checksum === undefined) return undefined;
  const { name } = claims.checksum;
  const header = `x-amz-checksum-${name}`;
  const claimed = claims.checksum.value ?? trailers.get(header);
  if (claimed === undefined)
    throw new WireError(
      400,
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  const value = digests.get(name)?.toString('base64') ?? '';
  if (claimed !== value) {
    throw new WireError(
      400,
      'BadDigest',
      `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return { name, value };
}

function incompleteBody(): WireError {
  return new WireError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );
}
