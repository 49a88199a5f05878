import type { Settings, Values } from '../../core/config/setting.ts';
import { readerSettings, verifySettings } from '../verify/settings.ts';

const bundle = 'Bundle';

export const evidenceProveSettings = {
  ...readerSettings,
  out: {
    kind: 'text',
    flag: 'out',
    value: 'FILE',
    group: 'Proof',
    help: 'where to write the .tlog-proof; else stdout',
  },
} as const satisfies Settings;

export type EvidenceProveOptions = Values<typeof evidenceProveSettings>;

const { key, from, to } = verifySettings;

export const evidenceBundleSettings = {
  ...readerSettings,
  key,
  from,
  to,
  case: {
    kind: 'text',
    flag: 'case',
    value: 'NAME',
    group: bundle,
    help: 'name of the case, which is the folder in the archive',
  },
  out: {
    kind: 'text',
    flag: 'out',
    value: 'FILE.tar',
    group: bundle,
    help: 'the archive to write',
  },
} as const satisfies Settings;

export type EvidenceBundleOptions = Values<typeof evidenceBundleSettings>;
