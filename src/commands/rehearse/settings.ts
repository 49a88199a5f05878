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
} as const satisfies Settings;

export type RehearseSettings = Values<typeof rehearseSettings>;
