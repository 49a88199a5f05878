import type { Settings } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

const {
  types: _types,
  fromSqs: _fromSqs,
  untilEmpty: _untilEmpty,
  concurrency: _concurrency,
  visibility: _visibility,
  shard: _shard,
  sourceRegion: _sourceRegion,
  follow: _follow,
  flushInterval: _flushInterval,
  spoolSize: _spoolSize,
  drainTimeout: _drainTimeout,
  unwrap: _unwrap,
  ignore: _ignore,
  quarantineSize: _quarantineSize,
  ...settingsButTypes
} = pushSettings;

/**
 * The settings of `push` but the selection and what is ignored (a line that is in quarantine must not leave it
 * undelivered), those that say what is read, and the room for lines that leave their old place only in the end.
 */
export const quarantineReplaySettings = settingsButTypes satisfies Settings;

export const quarantineListSettings = {
  to: pushSettings.to,
  quarantine: pushSettings.quarantine,
} as const satisfies Settings;
