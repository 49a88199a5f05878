import type { Settings } from '../../../core/config/setting.ts';

const following = 'Following';

/** The settings of `push` for input without end. */
export const followSettings = {
  follow: {
    kind: 'switch',
    flag: 'follow',
    group: following,
    default: 'false',
    help: 'go on reading what is written to files, folders and pipes; see docs/delivery.md',
  },
  flushInterval: {
    kind: 'duration',
    flag: 'flush-interval',
    value: 'DURATION',
    profile: 'flushInterval',
    group: following,
    default: '60s',
    help: 'with --follow: longest time before lines are delivered that are too few for an object',
  },
  spoolSize: {
    kind: 'size',
    flag: 'spool-size',
    value: 'SIZE',
    profile: 'spoolSize',
    group: following,
    default: '1GiB',
    help: 'with --follow: disk for what came out of pipes and is not delivered yet; when it is full, reading waits',
  },
  drainTimeout: {
    kind: 'duration',
    flag: 'drain-timeout',
    value: 'DURATION',
    profile: 'drainTimeout',
    group: following,
    default: '30s',
    help: 'with --follow: how long to go on delivering after SIGTERM; the rest waits for the next start',
  },
} as const satisfies Settings;
