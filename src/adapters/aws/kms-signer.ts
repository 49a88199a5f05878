import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { publicKeyOf } from '../../core/log/signed-note.ts';
import type { Signer } from '../../ports/aws/signer.ts';
import { checkAnswers } from './answers.ts';
import { fromAwsError } from './errors/aws-errors.ts';
import { clientConfig } from './client-config.ts';

/**
 * A key of KMS as the one that signs the log: of the spec ECC_NIST_EDWARDS25519, named by its ARN. Takes kms:GetPublicKey once
 * and kms:Sign for each checkpoint, with the credentials of the process itself. Throws `config-invalid` for another kind of key,
 * and what KMS refuses.
 */
export async function openKmsSigner(arn: string, environment: NodeJS.ProcessEnv): Promise<Signer> {
  const region = arn.split(':')[3];
  const config = await clientConfig('KMS', { region, attempts: 3 }, environment);
  const client = checkAnswers(new KMSClient(config), 'KMS');
  const ask = async <T>(action: string, act: () => Promise<T>): Promise<T> =>
    act().catch((error: unknown) => {
      throw fromAwsError(error, { action, target: arn });
    });
  const { PublicKey = new Uint8Array() } = await ask('kms:GetPublicKey', () =>
    client.send(new GetPublicKeyCommand({ KeyId: arn })),
  );
  return {
    publicKey: publicKeyOf(Buffer.from(PublicKey)),
    sign: async (message) => {
      // The message itself, not a digest of it: PureEdDSA (RFC 8032), as notes are signed.
      const command = new SignCommand({
        KeyId: arn,
        Message: message,
        MessageType: 'RAW',
        SigningAlgorithm: 'ED25519_SHA_512',
      });
      const { Signature = new Uint8Array() } = await ask('kms:Sign', () => client.send(command));
      return Buffer.from(Signature);
    },
  };
}
