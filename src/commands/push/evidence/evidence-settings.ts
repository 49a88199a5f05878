import type { Settings } from '../../../core/config/setting.ts';

const evidence = 'Evidence';

/** The settings of `push` for the log of what is delivered; see docs/evidence.md. */
export const evidenceSettings = {
  evidence: {
    kind: 'text',
    flag: 'evidence',
    value: 'WORD',
    profile: 'evidence',
    group: evidence,
    default: 'on',
    choices: ['on', 'off'],
    help: 'write a transparency log of what is delivered, for verify',
  },
  evidenceInterval: {
    kind: 'duration',
    flag: 'evidence-interval',
    value: 'DURATION',
    profile: 'evidenceInterval',
    group: evidence,
    default: '1h',
    help: 'with --follow and queues: how often the log is published; other runs publish at their end',
  },
  evidenceKey: {
    kind: 'text',
    flag: 'evidence-key',
    value: 'KEY',
    profile: 'evidenceKey',
    group: evidence,
    help: 'key that signs the log: a PEM file, or the ARN of an Ed25519 key of KMS; one of its own in the state if missing',
  },
  expect: {
    kind: 'durations',
    flag: 'expect',
    value: 'TYPE=DURATION',
    profile: 'expect',
    group: evidence,
    help: 'how old the latest event of a type may become, such as query=24h; else it is silent',
  },
  checkpointCopy: {
    kind: 'list',
    flag: 'checkpoint-copy',
    value: 'STORE',
    profile: 'checkpointCopy',
    group: evidence,
    help: "where each checkpoint is put as well, out of reach of the bucket's owner: s3://BUCKET/PREFIX (s3:PutObject) or a folder",
  },
  witness: {
    kind: 'pairs',
    flag: 'witness',
    value: 'URL=KEY',
    profile: 'witness',
    group: evidence,
    help: 'witness that cosigns each checkpoint (C2SP tlog-witness): its URL, and the verifier key of its cosignatures',
  },
} as const satisfies Settings;
