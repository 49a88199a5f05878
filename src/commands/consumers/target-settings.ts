import type { Settings, Values } from '../../core/config/setting.ts';
import { readerSettings } from '../find/settings.ts';
import { pushSettings } from '../push/plan/settings.ts';

const { types, schemas, partition, layout } = pushSettings;

const artefact = 'What to make';

/** What all of `consumers` takes: which store it is about, as other readers have it. */
export const targetSettings = {
  from: {
    ...readerSettings.from,
    help: 'the store that is read: s3://BUCKET/PREFIX; else the store of the profile',
  },
  types: { ...types, help: 'audit types to make it for; all if missing' },
  schemas,
  partition,
  layout,
  out: { kind: 'text', flag: 'out', value: 'DIR', group: artefact, help: 'write files into this folder' },
} as const satisfies Settings;

export type TargetOptions = Values<typeof targetSettings>;
