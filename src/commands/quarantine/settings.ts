import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

export const quarantineListSettings = { quarantine: pushSettings.quarantine } as const satisfies Settings;

export type QuarantineListOptions = Values<typeof quarantineListSettings>;
