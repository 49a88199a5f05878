import type { Settings } from '../../../core/config/setting.ts';
import { pushSettings } from '../../push/plan/settings.ts';

const { to, bucketOwner, kmsKeyId, sse, acl, storageClass, tags, pathStyle, allowDraft } = pushSettings;

/** The settings of `consumers alerts test`: those that a delivery is written with. */
export const alertsTestSettings = {
  to,
  bucketOwner,
  kmsKeyId,
  sse,
  acl,
  storageClass,
  tags,
  pathStyle,
  allowDraft,
} as const satisfies Settings;
