import type { Settings } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

export const quarantineListSettings = { quarantine: pushSettings.quarantine } as const satisfies Settings;
