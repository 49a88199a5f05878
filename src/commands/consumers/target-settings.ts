import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

const { to, types, schemas, partition, layout } = pushSettings;

const artefact = 'What to make';

/** What all of `consumers` takes: which store it is about, as `push` has it. */
export const targetSettings = {
  to: { ...to, help: 'the store that is read: s3://BUCKET/PREFIX' },
  types: { ...types, help: 'audit types to make it for; all if missing' },
  schemas,
  partition,
  layout,
  out: { kind: 'text', flag: 'out', value: 'DIR', group: artefact, help: 'write files into this folder' },
} as const satisfies Settings;

export type TargetOptions = Values<typeof targetSettings>;
