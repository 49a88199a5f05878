import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openKmsSigner } from '../../../../src/adapters/aws/kms-signer.ts';
import { formatNote, keyIdOf, parseNote, verifiedBy } from '../../../../src/core/log/signed-note.ts';

const arn = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000009';
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** A KMS that has one key, and refuses what is said. */
async function startKms(
  kind: 'ed25519' | 'x25519',
  refused?: string,
): Promise<{ environment: NodeJS.ProcessEnv; asked: Record<string, unknown>[] }> {
  const asked: Record<string, unknown>[] = [];
  const { publicKey, privateKey } = generateKeyPairSync(kind as 'ed25519');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const action = String(request.headers['x-amz-target']).replace('TrentService.', '');
      const input = JSON.parse(body) as Record<string, unknown>;
      asked.push({ action, ...input });
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (action === refused) {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' }));
      } else if (action === 'GetPublicKey')
        response.end(
          JSON.stringify({ PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }),
        );
      else {
        const signature = sign(null, Buffer.from(String(input['Message']), 'base64'), privateKey);
        response.end(JSON.stringify({ Signature: signature.toString('base64') }));
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'not-a-secret';
  const environment = { AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`, AWS_EC2_METADATA_DISABLED: 'true' };
  return { environment, asked };
}

test('a key of KMS signs notes that its public key verifies, in the region of its ARN', async () => {
  const { environment, asked } = await startKms('ed25519');
  const signer = await openKmsSigner(arn, environment);
  const key = { name: 'audit-export/a', kind: 'ed25519', publicKey: signer.publicKey } as const;
  const text = 'audit-export/a\n1\nAAAA\n';
  const signature = await signer.sign(Buffer.from(text));
  const note = formatNote({ text, signatures: [{ name: key.name, keyId: keyIdOf(key), signature }] });
  expect(verifiedBy(parseNote(note), [key])).toEqual([key]);
  expect(asked).toMatchObject([
    { action: 'GetPublicKey', KeyId: arn },
    { action: 'Sign', KeyId: arn, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' },
  ]);
});

test('another kind of key is refused, with the command that makes the right one', async () => {
  const { environment } = await startKms('x25519');
  await expect(openKmsSigner(arn, environment)).rejects.toMatchObject({
    code: 'config-invalid',
    cure: expect.stringContaining('ECC_NIST_EDWARDS25519'),
  });
});

test.each(['GetPublicKey', 'Sign'])('what KMS refuses (%s) is told with the permission', async (refused) => {
  const { environment } = await startKms('ed25519', refused);
  const signed = openKmsSigner(arn, environment).then((signer) => signer.sign(Buffer.from('x')));
  await expect(signed).rejects.toMatchObject({
    code: 'access-denied',
    message: expect.stringContaining(`kms:${refused}`),
  });
});
