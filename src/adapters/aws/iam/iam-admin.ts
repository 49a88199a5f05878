import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type {
  AppliedChange,
  LiveAccess,
  AccessNames,
  IamAdmin,
  IamCaller,
  IamChange,
} from '../../../ports/aws/iam-admin.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { readLiveBucket } from '../s3/live-bucket.ts';
import { clientConfig, s3ClientConfig } from '../client-config.ts';
import { makeChange } from './iam-changes.ts';
import { fromIamError, isUnsupported } from './iam-errors.ts';
import { readLiveAccess } from './iam-reader.ts';
import { watchTransport } from '../plain-transport.ts';

/** How IAM is reached. */
export interface IamSettings {
  region: string;
  /** Where the bucket is, if that is not AWS: its policy is looked at there. */
  endpointUrl?: string | undefined;
}

type Sleep = (ms: number) => Promise<unknown>;

class AwsIamAdmin implements IamAdmin {
  readonly #iam: IAMClient;
  readonly #sts: STSClient;
  readonly #s3: S3Client;
  readonly #plainHttp: () => string | undefined;
  readonly #sleep: Sleep;

  constructor({ iam, sts, s3 }: { iam: IAMClient; sts: STSClient; s3: S3Client }, sleep: Sleep) {
    this.#iam = iam;
    this.#sts = sts;
    this.#s3 = s3;
    this.#plainHttp = watchTransport(s3);
    this.#sleep = sleep;
  }

  async caller(): Promise<IamCaller | undefined> {
    try {
      const { Account: account = '', Arn: arn = '' } = await this.#sts.send(new GetCallerIdentityCommand());
      return account === '' ? undefined : { account, arn };
    } catch (error) {
      if (isUnsupported(error)) return undefined;
      throw fromIamError(error, { action: 'sts:GetCallerIdentity', target: 'the credentials in use' });
    }
  }

  async readAccess(names: AccessNames): Promise<LiveAccess> {
    const caller = await this.caller();
    return readLiveAccess(this.#iam, names, caller?.account);
  }

  async readBucket(bucket: string): ReturnType<IamAdmin['readBucket']> {
    return readLiveBucket(this.#s3, bucket, this.#plainHttp);
  }

  async apply(change: IamChange): Promise<AppliedChange> {
    return makeChange(this.#iam, change, this.#sleep);
  }

  async close(): Promise<void> {
    this.#iam.destroy();
    this.#sts.destroy();
    this.#s3.destroy();
  }
}

/**
 * Connects IAM, with credentials from the SDK's default chain. Throws where there are none. Source of the endpoints:
 * "AWS Identity and Access Management endpoints and quotas": one per partition, found by region.
 */
export async function openIamAdmin(
  { region, endpointUrl }: IamSettings,
  environment: NodeJS.ProcessEnv,
): Promise<IamAdmin> {
  const iam = checkAnswers(new IAMClient(await clientConfig('IAM', { region }, environment)), 'IAM');
  try {
    await iam.config.credentials();
  } catch (error) {
    iam.destroy();
    throw fromAwsError(error, { action: 'iam', target: 'this account' });
  }
  const sts = new STSClient(await clientConfig('STS', { region }, environment));
  const s3 = new S3Client(await s3ClientConfig({ region, endpointUrl, pathStyle: undefined }, environment));
  return new AwsIamAdmin({ iam, sts: checkAnswers(sts, 'STS'), s3: checkAnswers(s3, 'S3') }, sleep);
}
