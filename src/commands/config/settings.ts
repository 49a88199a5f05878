import type { Settings, Values } from '../../core/config/setting.ts';

/** The settings of `config set`. */
export const configSetSettings = {
  unset: {
    kind: 'switch',
    flag: 'unset',
    group: 'Change',
    default: 'false',
    help: 'take the setting out of the profile: the default counts',
  },
} as const satisfies Settings;

export type ConfigSetOptions = Values<typeof configSetSettings>;
