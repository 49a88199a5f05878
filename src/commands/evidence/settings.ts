import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

const { to, evidenceKey, allowDraft, pathStyle } = pushSettings;
const { checkpointCopy, witness, evidenceInterval } = pushSettings;
const { bucketOwner, kmsKeyId, sse, acl, storageClass, tags } = pushSettings;

/** Whose log it is. */
export const evidenceKeySettings = { to, evidenceKey, allowDraft, pathStyle } as const satisfies Settings;

/** Whose log it is, and how it is written. */
export const evidencePublishSettings = {
  ...evidenceKeySettings,
  evidenceInterval,
  checkpointCopy,
  witness,
  bucketOwner,
  kmsKeyId,
  sse,
  acl,
  storageClass,
  tags,
} as const satisfies Settings;

export const evidenceRetireSettings = {
  ...evidencePublishSettings,
  reason: {
    kind: 'text',
    flag: 'reason',
    value: 'TEXT',
    group: 'Evidence',
    help: 'why the objects were removed, or are going to be; it stands in the log',
  },
} as const satisfies Settings;

export type EvidencePublishOptions = Values<typeof evidencePublishSettings>;
