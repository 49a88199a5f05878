import { WireError } from '../wire/wire-error.ts';
import { formatTimestamp, type ClaimError } from './claim.ts';

/** What a service calls the ways a signature can fail. */
export interface SignatureDialect {
  malformed(error: ClaimError): WireError;
  unknownKey(accessKeyId: string): WireError;
  mismatch(proof: MismatchProof): WireError;
  skewed(signedAt: number, now: number): WireError;
  badToken(token: string): WireError;
  expiredToken(token: string): WireError;
}

/** What S3 tells the owner of a wrong signature, so that they can find the difference. */
export interface MismatchProof {
  readonly accessKeyId: string;
  readonly stringToSign: string;
  readonly canonicalRequest: string;
  readonly signature: string;
}

export const maxSkewMs = 15 * 60 * 1000;

/** S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const s3Dialect: SignatureDialect = {
  malformed: (error) =>
    error.form === 'header'
      ? new WireError(
          400,
          'AuthorizationHeaderMalformed',
          `The authorization header is malformed; ${error.message}`,
        )
      : new WireError(400, 'AuthorizationQueryParametersError', error.message),
  unknownKey: (accessKeyId) =>
    new WireError(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      {
        fields: { AWSAccessKeyId: accessKeyId },
      },
    ),
  mismatch: (proof) =>
    new WireError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        fields: {
          AWSAccessKeyId: proof.accessKeyId,
          StringToSign: proof.stringToSign,
          SignatureProvided: proof.signature,
          CanonicalRequest: proof.canonicalRequest,
        },
      },
    ),
  skewed: (signedAt, now) =>
    new WireError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        fields: {
          RequestTime: formatTimestamp(signedAt),
          ServerTime: new Date(now).toISOString().replace(/\.\d{3}/, ''),
          MaxAllowedSkewMilliseconds: maxSkewMs,
        },
      },
    ),
  badToken: (token) =>
    new WireError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.', {
      fields: { 'Token-0': token },
    }),
  expiredToken: (token) =>
    new WireError(400, 'ExpiredToken', 'The provided token has expired.', { fields: { 'Token-0': token } }),
};

/** IAM and STS: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export const queryDialect: SignatureDialect = {
  malformed: (error) => new WireError(400, 'IncompleteSignature', error.message),
  unknownKey: () => invalidClientToken(),
  mismatch: () =>
    new WireError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  skewed: (signedAt, now) => {
    const [signed, current] = [formatTimestamp(signedAt), formatTimestamp(now)];
    return new WireError(
      403,
      'SignatureDoesNotMatch',
      signedAt < now
        ? `Signature expired: ${signed} is now earlier than ${formatTimestamp(now - maxSkewMs)} (${current} - 15 min.)`
        : `Signature not yet current: ${signed} is still later than ${formatTimestamp(now + maxSkewMs)} (${current} + 15 min.)`,
    );
  },
  badToken: () => invalidClientToken(),
  expiredToken: () =>
    new WireError(403, 'ExpiredToken', 'The security token included in the request is expired'),
};

function invalidClientToken(): WireError {
  return new WireError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
}
