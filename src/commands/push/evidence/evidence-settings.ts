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
} as const satisfies Settings;
