import type { Settings, Values } from '../../core/config/setting.ts';

const rehearsal = 'Rehearsal';

/** All settings of `rehearse`. */
export const rehearseSettings = {
  port: {
    kind: 'integer',
    flag: 'port',
    value: 'N',
    group: rehearsal,
    default: '0',
    help: 'port on 127.0.0.1; 0 for any free one',
  },
  data: {
    kind: 'text',
    flag: 'data',
    value: 'DIR',
    group: rehearsal,
    help: 'keep buckets, objects and roles in this folder; else in memory',
  },
  scenario: {
    kind: 'text',
    flag: 'scenario',
    value: 'NAME',
    group: rehearsal,
    default: 'healthy',
    help: 'what is prepared and what goes wrong: a name, or a JSON file (see docs/rehearse.md)',
  },
  seed: {
    kind: 'integer',
    flag: 'seed',
    value: 'N',
    group: rehearsal,
    default: '1',
    help: 'makes faults with a rate come out the same in every run',
  },
  background: {
    kind: 'switch',
    flag: 'background',
    group: rehearsal,
    default: 'false',
    help: 'print the environment once all is ready, and go on behind: eval "$(audit-export rehearse --background)"',
  },
  for: {
    kind: 'duration',
    flag: 'for',
    value: 'DURATION',
    group: rehearsal,
    help: 'end by itself after so long; 1h with --background if nothing is said',
  },
  ownSettings: {
    kind: 'switch',
    flag: 'own-settings',
    group: rehearsal,
    default: 'false',
    help: 'use your own configuration and state in it; else both are of the rehearsal alone, or in --data DIR',
  },
} as const satisfies Settings;

export type RehearseSettings = Values<typeof rehearseSettings>;
