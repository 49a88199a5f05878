import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

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

const group = 'Quarantine';

export const quarantineShowSettings = {
  ...quarantineListSettings,
  limit: {
    kind: 'integer',
    flag: 'limit',
    value: 'N',
    group,
    default: '10',
    help: 'lines to show where none is named',
  },
} as const satisfies Settings;

export const quarantineDropSettings = {
  ...quarantineListSettings,
  all: { kind: 'switch', flag: 'all', group, default: 'false', help: 'drop all lines that wait there' },
  reason: {
    kind: 'text',
    flag: 'reason',
    value: 'TEXT',
    group,
    help: 'why they are dropped; kept beside the quarantine',
  },
} as const satisfies Settings;

export type QuarantineShowOptions = Values<typeof quarantineShowSettings>;
export type QuarantineDropOptions = Values<typeof quarantineDropSettings>;
