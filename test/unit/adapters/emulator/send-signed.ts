import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalRequest } from '../../../../src/adapters/emulator/sigv4/canonical-request.ts';
import { formatTimestamp } from '../../../../src/adapters/emulator/sigv4/claim.ts';
import {
  scopeText,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../../src/adapters/emulator/sigv4/signature.ts';
import type { Running } from './running-emulator.ts';

export interface RawRequest {
  readonly path: string;
  readonly body: string;
  /** Signed with the request; must hold `x-amz-content-sha256`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent without being signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
  /** Done when the first half of the body is out. */
  readonly midway?: () => Promise<void>;
}

export interface RawReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Sends a PUT of the customer as it stands, with a right signature: what no SDK would send. */
export async function sendSigned({ emulator }: Running, raw: RawRequest): Promise<RawReply> {
  const stamp = formatTimestamp(Date.now());
  const scope = { date: stamp.slice(0, 8), region: emulator.region, service: 's3' };
  const given = { host: `127.0.0.1:${emulator.port}`, 'x-amz-date': stamp, ...raw.headers };
  const headers = new Map(Object.entries(given).sort(([left], [right]) => (left < right ? -1 : 1)));
  const signedHeaders = [...headers.keys()];
  const payloadHash = headers.get('x-amz-content-sha256') ?? '';
  const canonical = canonicalRequest({
    method: 'PUT',
    path: raw.path,
    query: [],
    headers,
    signedHeaders,
    payloadHash,
  });
  const key = signingKey(emulator.customer.secretAccessKey, scope);
  const signature = signatureOf(key, stringToSign(stamp, scope, canonical));
  const authorization = `AWS4-HMAC-SHA256 Credential=${emulator.customer.accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: emulator.port,
        method: 'PUT',
        path: raw.path,
        headers: {
          ...Object.fromEntries(headers),
          ...raw.unsigned,
          authorization,
          'content-length': Buffer.byteLength(raw.body),
        },
      },
      (incoming) => {
        let text = '';
        incoming.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers });
        });
      },
    );
    outgoing.on('error', reject);
    const half = Math.floor(raw.body.length / 2);
    outgoing.write(raw.body.slice(0, half));
    // The first half has to arrive before something is done midway.
    (raw.midway === undefined ? Promise.resolve() : sleep(50).then(raw.midway)).then(
      () => outgoing.end(raw.body.slice(half)),
      reject,
    );
  });
}
