import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsProfile, Environment } from './aws-profile.ts';
import { sharedFiles } from './aws-profile.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import {
  containerGaveNone,
  CredentialsError,
  missingSession,
  reasonIn,
  unreadableToken,
} from '../errors/credential-errors.ts';
import type { RoutedHandler } from '../request-handler.ts';

type ChainLogger = NonNullable<NonNullable<Parameters<typeof defaultProvider>[0]>['logger']>;
type ChainOf = NonNullable<S3ClientConfig['credentialDefaultProvider']>;

/** How the SDK marks what a provider of the chain says when it gives up. */
const mark = /^@smithy\/property-provider (?:->|\(!\)) (?:Error: )?/;

/**
 * The credential chain of the SDK, where all that it asks (SSO, STS of roles and of web identities) goes through our own
 * handler, and which throws the reason that one of its links knew: the chain itself only tells of its last one.
 */
export function credentialChain(
  openHandler: () => RoutedHandler,
  profile: AwsProfile,
  environment: Environment,
): ChainOf {
  return (input) => {
    const handler = openHandler();
    const said: string[] = [];
    const hear = (text: unknown): void => {
      if (typeof text === 'string' && mark.test(text)) said.push(text.replace(mark, ''));
    };
    const chain = defaultProvider({
      ...(input as object),
      ...sharedFiles(environment),
      ...(profile.named ? { profile: profile.name } : {}),
      clientConfig: { requestHandler: handler },
      logger: { debug: hear } as unknown as ChainLogger,
    });
    return async (options) => {
      const stated = statedIn(environment);
      if (stated !== undefined) return stated;
      said.length = 0;
      handler.lastFailure = undefined;
      try {
        return await chain(options);
      } catch (error) {
        throw inOurWords(error, { said, profile, environment, failure: handler.lastFailure });
      }
    };
  };
}

/**
 * The first link of the chain, said of the environment that we were given: its keys count unless AWS_PROFILE names a profile
 * ("Standardized credential providers", AWS SDKs and Tools Reference Guide).
 */
function statedIn(environment: Environment):
  | {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken?: string;
      expiration?: Date;
    }
  | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken = '',
    AWS_CREDENTIAL_EXPIRATION: expiration = '',
    AWS_PROFILE: named = '',
  } = environment;
  if (accessKeyId === '' || secretAccessKey === '' || named !== '') return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === '' ? {} : { sessionToken }),
    ...(expiration === '' ? {} : { expiration: new Date(expiration) }),
  };
}

interface Heard {
  said: readonly string[];
  profile: AwsProfile;
  environment: Environment;
  failure: unknown;
}

function inOurWords(error: unknown, { said, profile, environment, failure }: Heard): unknown {
  const { name, $metadata } = error as { name?: string; $metadata?: object };
  const target = profile.settings?.['role_arn'] ?? environment['AWS_ROLE_ARN'] ?? 'the role';
  // STS has answered, and it was no.
  if ($metadata !== undefined) return fromAwsError(error, { action: 'sts:AssumeRole', target });
  const act = { action: 'credentials', target: `the AWS profile ${profile.name}` };
  if (failure !== undefined) return fromAwsError(failure, act);
  const meaning = unreadableToken(error as NodeJS.ErrnoException) ?? missingSession(profile);
  if (meaning !== undefined) return new CredentialsError(meaning, error);
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') return error;
  const reason = reasonIn([...said, (error as Error).message], profile) ?? containerGaveNone(environment);
  return reason === undefined ? error : new CredentialsError(reason, error);
}
