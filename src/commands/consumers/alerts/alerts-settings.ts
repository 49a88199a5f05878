import type { Settings, Values } from '../../../core/config/setting.ts';
import { targetSettings } from '../target-settings.ts';

const mail = 'E-mail';

/** The settings of `consumers alerts`. */
export const alertsSettings = {
  from: targetSettings.from,
  out: targetSettings.out,
  email: {
    kind: 'list',
    flag: 'email',
    value: 'ADDRESS',
    group: mail,
    help: 'who gets an e-mail when an alert lands; may be repeated',
  },
  name: {
    kind: 'text',
    flag: 'name',
    value: 'NAME',
    group: mail,
    default: 'audit-export-alerts',
    help: 'name of rule and topic',
  },
  apply: {
    kind: 'switch',
    flag: 'apply',
    group: mail,
    default: 'false',
    help: 'make topic, subscriptions and rule, and switch EventBridge on in the bucket',
  },
} as const satisfies Settings;

export type AlertsOptions = Values<typeof alertsSettings>;
