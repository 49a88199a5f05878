import type { PutFailureCause } from '../../../ports/store/put-failure.ts';
import { ProxyError, proxyErrorIn } from '../../net/proxy-error.ts';
import { UnexpectedAnswer } from '../answers.ts';
import { again } from './aws-error-meaning.ts';
import type { AwsAct, AwsMeaning } from './aws-error-meaning.ts';
import { byName, byStatus, denialCure, denied, noRegion, skewed } from './aws-error-meanings.ts';
import { CredentialsError } from './credential-errors.ts';
import { cureOfDenial, readDenial } from './denial.ts';
import { meaningOfStatus, meaningOfUnexpected, proxyMeaning } from './gateway-meanings.ts';
import { headerMeaning } from './header-meanings.ts';
import { byNetworkCode } from './network-error-meanings.ts';
import { codesOf, nameOf } from './sdk-error.ts';
import type { SdkError } from './sdk-error.ts';

/** What an error of the SDK means to what was being done. */
export function meaningOf(error: SdkError, act: AwsAct): AwsMeaning {
  return (
    beforeTheService(error) ?? saidByService(error, act) ?? ofTheNetwork(error) ?? byStatusAlone(error, act)
  );
}

/** What never reached the service, or came from somebody else. */
function beforeTheService(error: SdkError): AwsMeaning | undefined {
  if (error instanceof CredentialsError) return error.meaning;
  const proxy = proxyErrorIn(error);
  return proxy instanceof ProxyError ? proxyMeaning(proxy) : undefined;
}

function saidByService(error: SdkError, act: AwsAct): AwsMeaning | undefined {
  const header = headerMeaning(error);
  if (header !== undefined) return header;
  const named = byName[nameOf(error) ?? ''];
  if (named !== undefined) return told(error, named, act);
  return error.message === 'Region is missing' ? noRegion : undefined;
}

function ofTheNetwork(error: SdkError): AwsMeaning | undefined {
  return codesOf(error)
    .map((code) => byNetworkCode[code])
    .find((meaning) => meaning !== undefined);
}

function byStatusAlone(error: SdkError, act: AwsAct): AwsMeaning {
  const status = error.$metadata?.httpStatusCode ?? 0;
  const unexpected =
    error instanceof UnexpectedAnswer ? meaningOfUnexpected(error, serviceOf(act)) : undefined;
  if (unexpected !== undefined) return unexpected;
  const known = byStatus[status];
  if (known !== undefined) return told(error, known, act);
  const isNameless = nameOf(error) === undefined;
  const isRedirect = status >= 300 && status < 400;
  const ofStatus = isNameless || isRedirect ? meaningOfStatus(status, error.$response?.headers) : undefined;
  return (
    ofStatus ?? {
      code: 'store-failed',
      cause: unforeseenCause(error, status),
      why: withoutStop(error.message ?? 'no reason was given'),
      cure: again,
    }
  );
}

/** `S3` of `s3:PutObject`. */
function serviceOf({ action }: AwsAct): string {
  return (action.split(':')[0] ?? action).toUpperCase();
}

/** What no table names: trouble of the server, of the network (`EPROTO`, `HPE_…`, but not `ERR_…`), or nothing that passes. */
function unforeseenCause(error: SdkError, status: number): PutFailureCause {
  if (status >= 500) return 'server';
  if (status === 412) return 'server';
  if (status === 0 && codesOf(error).some((code) => /^(?:E(?!RR_)[A-Z]|HPE_)/.test(code))) return 'network';
  return 'final';
}

/** What a name leaves open, the text may tell. */
function told(error: SdkError, meaning: AwsMeaning, act: AwsAct): AwsMeaning {
  const { message = '' } = error;
  if (meaning.code === 'access-denied' && meaning.cure === denied.cure)
    return { ...denialMeaning(message, act), cause: meaning.cause };
  // STS and IAM have no name of their own for a clock that is wrong.
  if (meaning.code === 'invalid-credentials' && /^Signature (expired|not yet current)/.test(message))
    return skewed;
  return meaning;
}

/** A denial, by what AWS says of its reason. */
function denialMeaning(message: string, { action, target, prefix }: AwsAct): AwsMeaning {
  const denial = readDenial(message);
  const general = /kms/i.test(message) ? kmsDenied : { ...denied, cure: denialCure(action) };
  if (denial === undefined) return general;
  const { identity, reason } = denial;
  const bucket = /^s3:\/\/([^/]+)/.exec(target)?.[1] ?? 'BUCKET';
  return {
    ...general,
    why: `${identity} may not do ${denial.action}${reason === undefined ? '' : `: ${withoutStop(reason)}`}`,
    // Who may assume a role is a matter of two sides, which the general cure names.
    cure:
      reason === undefined || denial.action === 'sts:AssumeRole'
        ? general.cure
        : cureOfDenial({ ...denial, resource: allOf(denial.resource, prefix) }, bucket),
  };
}

/** The ARN of all objects below a prefix, in place of that of one of them. */
function allOf(resource: string | undefined, prefix: string | undefined): string | undefined {
  const bucket = /^arn:[\w-]+:s3:::[^/]+(?=\/)/.exec(resource ?? '')?.[0];
  if (bucket === undefined || prefix === undefined) return resource;
  return `${bucket}/${prefix === '' ? '' : `${prefix}/`}*`;
}

/** S3 answers AccessDenied for a key that may not be used, and only the text says that it was KMS. */
const kmsDenied: AwsMeaning = {
  code: 'kms-denied',
  cause: 'denied',
  why: 'the KMS key of the bucket may not be used',
  cure: 'Allow kms:GenerateDataKey on the key for this principal, in its policy and in the key policy.',
};

export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
