import type { AwsMeaning } from './aws-error-meaning.ts';
import type { AwsProfile, Environment } from '../credentials/aws-profile.ts';

/** There are no credentials, and the reason is known. */
export class CredentialsError extends Error {
  readonly meaning: AwsMeaning;

  constructor(meaning: AwsMeaning, cause: unknown) {
    super(meaning.why, { cause });
    this.name = 'CredentialsProviderError';
    this.meaning = meaning;
  }
}

const longestReason = 300;

/** One thing that the credential chain of the SDK may say, and what it means. */
interface Reason {
  said: RegExp;
  /** Undefined where it is no reason after all. */
  means: (match: RegExpExecArray, profile: AwsProfile) => AwsMeaning | undefined;
}

const none = (why: string, cure: string): AwsMeaning => ({
  code: 'no-credentials',
  cause: 'denied',
  why,
  cure,
});

const ended = (why: string, cure: string): AwsMeaning => ({
  ...none(why, cure),
  code: 'expired-credentials',
});

const containerCure =
  'Check AWS_CONTAINER_CREDENTIALS_FULL_URI (or _RELATIVE_URI), and in EKS the pod identity association and its agent.';

/**
 * The reasons that the chain knows, in its own words: it has no names for them. The first one that fits what was said is told.
 * Source: the packages @aws-sdk/credential-provider-* and @aws-sdk/token-providers.
 */
const reasons: readonly Reason[] = [
  {
    said: /requires multi-factor authentication/,
    means: (_match, { name }) =>
      none(
        `the AWS profile ${name} needs an MFA code (multi-factor authentication), and nobody can enter one here`,
        `Get a session first: eval "$(aws configure export-credentials --profile ${name} --format env)"; unset AWS_PROFILE`,
      ),
  },
  {
    said: /ForbiddenException|No access/,
    means: (_match, { name, settings }) => ({
      ...none(
        `the SSO user of the AWS profile ${name} may not use the role ${settings?.['sso_role_name'] ?? '?'} in account ${settings?.['sso_account_id'] ?? '?'}`,
        'Have the permission set assigned to this user for that account, or correct sso_role_name and sso_account_id.',
      ),
      code: 'access-denied',
    }),
  },
  {
    said: /invalid SSO credentials\. Required parameters (.*?)\. Got/,
    means: ([, members = ''], { name }) =>
      none(
        `the AWS profile ${name} lacks a setting of single sign-on; it needs ${members.replaceAll('"', '')}`,
        `aws configure sso --profile ${name}`,
      ),
  },
  {
    said: /^Sso session '(.*?)' (.*?)\.?$/,
    means: ([, session = '', what = ''], { name }) =>
      none(
        `the SSO session ${session} of the AWS profile ${name} ${what}`,
        `aws configure sso --profile ${name}`,
      ),
  },
  {
    said: /SSO session|SSO Token|Token is expired|UnauthorizedException/,
    means: (_match, { name }) =>
      ended(
        `the SSO session of the AWS profile ${name} has expired, or was never begun`,
        `aws sso login --profile ${name}`,
      ),
  },
  {
    said: /aws login|Dpop|Token validation failed|Failed to load token from/,
    means: (_match, { name }) =>
      ended(
        `the log-in of the AWS profile ${name} has expired, or was never made`,
        `aws login --profile ${name}`,
      ),
  },
  {
    // The command itself may hold a secret, and is not repeated.
    said: /^Command failed: [^\n]*\n?([\s\S]*)$/,
    means: ([, stderr = ''], { name }) =>
      none(
        `the credential_process of the AWS profile ${name} failed${reasonOf(stderr)}`,
        `Run the command of credential_process by hand: aws configure get credential_process --profile ${name}`,
      ),
  },
  {
    said: /credential_process (did not return Version 1|returned .*?)\.?$/,
    means: ([, what = ''], { name }) =>
      none(
        `the credential_process of the AWS profile ${name} ${what}`,
        `Run the command of credential_process by hand: aws configure get credential_process --profile ${name}`,
      ),
  },
  {
    said: /cycle attempting to resolve/,
    means: (_match, { name }) =>
      none(
        `the source_profile of the AWS profile ${name} leads back to itself`,
        'Let source_profile name a profile with credentials of its own.',
      ),
  },
  {
    said: /Unsupported credential source in profile .*? Got (.*?),/,
    means: ([, source = ''], { name }) =>
      none(
        `the AWS profile ${name} has the unknown credential_source ${source}`,
        'Use EcsContainer, Ec2InstanceMetadata or Environment.',
      ),
  },
  {
    said: /^(?:connect|read|getaddrinfo|socket hang up)\b[^\n]*/,
    means: ([what]) => none(`the container's server of credentials can't be reached: ${what}`, containerCure),
  },
  {
    said: /^URL not accepted/,
    means: () =>
      none(
        'AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine or of ECS or EKS',
        'Correct or unset AWS_CONTAINER_CREDENTIALS_FULL_URI.',
      ),
  },
  {
    said: /Could not resolve credentials using profile: \[(.*?)\]/,
    means: ([, missing = ''], profile) => profileWithout(missing, profile),
  },
];

function profileWithout(missing: string, { name, named, others }: AwsProfile): AwsMeaning | undefined {
  // Nobody named it: the chain only looked whether there is one.
  if (missing === name && !named) return undefined;
  const of = missing === name ? '' : `, the source_profile of ${name},`;
  if (others.includes(missing))
    return none(
      `the AWS profile ${missing}${of} holds no credentials, and says not where to get any`,
      `aws configure --profile ${missing}`,
    );
  const there = others.length === 0 ? 'there are none' : `there are: ${others.slice(0, 20).join(', ')}`;
  return none(
    `there is no AWS profile ${missing}${of} in ~/.aws/config and ~/.aws/credentials`,
    `${missing === name ? 'Correct AWS_PROFILE' : `Correct source_profile of ${name}`}; ${there} (aws configure list-profiles)`,
  );
}

/** The end of what a command said on stderr, in one line. */
function reasonOf(stderr: string): string {
  const text = stderr.replaceAll(/\s+/g, ' ').trim();
  if (text === '') return ' and said nothing';
  return `: ${text.length > longestReason ? `…${text.slice(-longestReason)}` : text}`;
}

/** What it means that all came to nothing where a container's server of credentials is named: the chain does not say what it answered. */
export function containerGaveNone(environment: Environment): AwsMeaning | undefined {
  const named = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'].find(
    (name) => (environment[name] ?? '') !== '',
  );
  return named === undefined
    ? undefined
    : none(`the container's server of credentials, which ${named} names, gave none`, containerCure);
}

/** What it means that a profile names an SSO session that there is not; the chain fails on it in no words at all. */
export function missingSession({ missingSession, name }: AwsProfile): AwsMeaning | undefined {
  if (missingSession === undefined) return undefined;
  return none(
    `there is no section [sso-session ${missingSession}], which the AWS profile ${name} names, in ~/.aws/config`,
    `aws configure sso --profile ${name}`,
  );
}

/** The meaning of the first thing said that is a reason; undefined where none is. */
export function reasonIn(said: readonly string[], profile: AwsProfile): AwsMeaning | undefined {
  for (const { said: pattern, means } of reasons) {
    for (const text of said) {
      const match = pattern.exec(text);
      const meaning = match === null ? undefined : means(match, profile);
      if (meaning !== undefined) return meaning;
    }
  }
  return undefined;
}

/** What it means that a file of the chain can't be read: the token of a web identity, or of a pod. */
export function unreadableToken(error: NodeJS.ErrnoException): AwsMeaning | undefined {
  if (error.syscall === undefined || error.path === undefined || error.code === undefined) return undefined;
  return none(
    `the token file ${error.path} can't be read (${error.code})`,
    'Correct AWS_WEB_IDENTITY_TOKEN_FILE, web_identity_token_file of the AWS profile, or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.',
  );
}
