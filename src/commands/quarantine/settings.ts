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
  ...settingsButTypes
} = pushSettings;

/**
 * The settings of `push` but the selection (a line that is in quarantine must not leave it undelivered) and those that say
 * what is read.
 */
export const quarantineReplaySettings = settingsButTypes satisfies Settings;

export const quarantineListSettings = {
  to: pushSettings.to,
  quarantine: pushSettings.quarantine,
} as const satisfies Settings;
