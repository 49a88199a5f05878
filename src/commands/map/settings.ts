import type { Settings } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

/** The settings of `map ocsf`. */
export const mapOcsfSettings = { schemas: pushSettings.schemas } as const satisfies Settings;
