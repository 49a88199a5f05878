import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsProfile } from './aws-profile.ts';
import { fromAwsError } from './aws-errors.ts';
import {
  containerGaveNone,
  CredentialsError,
  missingSession,
  reasonIn,
  unreadableToken,
} from './credential-errors.ts';
import type { RoutedHandler } from './request-handler.ts';

type ChainLogger = NonNullable<NonNullable<Parameters<typeof defaultProvider>[0]>['logger']>;
type ChainOf = NonNullable<S3ClientConfig['credentialDefaultProvider']>;

/** How the SDK marks what a provider of the chain says when it gives up. */
const mark = /^@smithy\/property-provider (?:->|\(!\)) (?:Error: )?/;

/**
 * The credential chain of the SDK, where all that it asks (SSO, STS of roles and of web identities) goes through our own
 * handler, and which throws the reason that one of its links knew: the chain itself only tells of its last one.
 */
export function credentialChain(openHandler: () => RoutedHandler, profile: AwsProfile): ChainOf {
  return (input) => {
    const handler = openHandler();
    const said: string[] = [];
    const hear = (text: unknown): void => {
      if (typeof text === 'string' && mark.test(text)) said.push(text.replace(mark, ''));
    };
    const chain = defaultProvider({
      ...(input as object),
      clientConfig: { requestHandler: handler },
      logger: { debug: hear } as unknown as ChainLogger,
    });
    return async (options) => {
      said.length = 0;
      handler.lastFailure = undefined;
      try {
        return await chain(options);
      } catch (error) {
        throw inOurWords(error, { said, profile, failure: handler.lastFailure });
      }
    };
  };
}

interface Heard {
  said: readonly string[];
  profile: AwsProfile;
  failure: unknown;
}

function inOurWords(error: unknown, { said, profile, failure }: Heard): unknown {
  const { name, $metadata } = error as { name?: string; $metadata?: object };
  const target = profile.settings?.['role_arn'] ?? process.env['AWS_ROLE_ARN'] ?? 'the role';
  // STS has answered, and it was no.
  if ($metadata !== undefined) return fromAwsError(error, { action: 'sts:AssumeRole', target });
  const act = { action: 'credentials', target: `the AWS profile ${profile.name}` };
  if (failure !== undefined) return fromAwsError(failure, act);
  const meaning = unreadableToken(error as NodeJS.ErrnoException) ?? missingSession(profile);
  if (meaning !== undefined) return new CredentialsError(meaning, error);
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') return error;
  const reason = reasonIn([...said, (error as Error).message], profile) ?? containerGaveNone(process.env);
  return reason === undefined ? error : new CredentialsError(reason, error);
}
