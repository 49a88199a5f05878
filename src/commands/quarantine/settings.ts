import type { Settings } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

const { types: _, ...settingsButTypes } = pushSettings;

/** The settings of `push` but the selection: a line that is in quarantine must not leave it undelivered. */
export const quarantineReplaySettings = settingsButTypes satisfies Settings;

export const quarantineListSettings = { quarantine: pushSettings.quarantine } as const satisfies Settings;
