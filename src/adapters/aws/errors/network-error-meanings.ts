import { again, alike } from './aws-error-meaning.ts';
import type { AwsMeaning, MeaningTable } from './aws-error-meaning.ts';

const untrusted: AwsMeaning = {
  code: 'unreachable',
  cause: 'denied',
  why: 'the certificate of the host is not trusted here',
  cure: 'Name the certificates of your proxy or server in AWS_CA_BUNDLE.',
};

const notTls: AwsMeaning = {
  code: 'unreachable',
  cause: 'denied',
  why: 'the other side does not speak TLS, or not this kind of it',
  cure: 'Check http or https in --endpoint-url and in HTTPS_PROXY.',
};

const cut: AwsMeaning = { code: 'unreachable', cause: 'network', why: 'the connection was cut', cure: again };

/** Errors that come before the first byte is sent. */
export const neverSent: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);

/** Errors of the network, by the code of Node or OpenSSL. */
export const byNetworkCode: MeaningTable = {
  ENOTFOUND: {
    code: 'unreachable',
    cause: 'network',
    why: "the name of the host can't be resolved",
    cure: 'Check --region, --endpoint-url and the DNS of this machine.',
  },
  EAI_AGAIN: {
    code: 'unreachable',
    cause: 'network',
    why: "the name of the host can't be resolved just now",
    cure: 'Check the DNS of this machine. ' + again,
  },
  ECONNREFUSED: {
    code: 'unreachable',
    cause: 'network',
    why: 'the connection was refused',
    cure: 'Check --endpoint-url and the proxy (HTTPS_PROXY).',
  },
  ...alike(['ECONNRESET', 'ECONNABORTED', 'EPIPE'], cut),
  ETIMEDOUT: {
    code: 'unreachable',
    cause: 'network',
    why: 'there was no answer in time',
    cure: 'Check the network and the proxy (HTTPS_PROXY). ' + again,
  },
  EHOSTUNREACH: {
    code: 'unreachable',
    cause: 'network',
    why: "the host can't be reached",
    cure: 'Check the network.',
  },
  ...alike(['ENETDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE'], {
    code: 'unreachable',
    cause: 'network',
    why: 'this machine can make no connection just now',
    cure: 'Check its network and its limits of open files and ports. ' + again,
  }),
  ENETUNREACH: {
    code: 'unreachable',
    cause: 'network',
    why: "the network can't be reached",
    cure: 'Check the network.',
  },
  ...alike(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'], {
    code: 'unreachable',
    cause: 'denied',
    why: 'the certificate of the host is not valid today',
    cure: 'Check the clock of this machine and the proxy.',
  }),
  ...alike(
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    untrusted,
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'unreachable',
    cause: 'denied',
    why: 'the certificate is for another host',
    cure: 'Check --endpoint-url; a bucket name with dots needs --path-style.',
  },
  ...alike(
    ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'HPE_INVALID_CONSTANT'],
    notTls,
  ),
};
