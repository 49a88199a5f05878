import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

const what = 'Verification';

/** Where a store is read, for all commands that read one. */
export const readerSettings = {
  store: {
    kind: 'text',
    flag: 'store',
    value: 'STORE',
    profile: 'to',
    group: what,
    help: 'what to read: s3://BUCKET/PREFIX, or a folder (the store itself, or a copy); else where the profile delivers to',
  },
  pathStyle: pushSettings.pathStyle,
} as const satisfies Settings;

/** Settings of `verify`. */
export const verifySettings = {
  ...readerSettings,
  key: {
    kind: 'list',
    flag: 'key',
    value: 'VKEY',
    group: what,
    help: 'the verifier key that you noted (audit-export evidence key); several with commas or again. Without it, the log’s own word is taken',
  },
  witnessKey: {
    kind: 'list',
    flag: 'witness-key',
    value: 'VKEY',
    group: what,
    help: 'the key of a witness whose cosignatures are to be checked (push --witness URL=VKEY); several with commas or again',
  },
  from: {
    kind: 'text',
    flag: 'from',
    value: 'TIME',
    group: what,
    help: 'look at objects from this event time on: 2026-01-31, or with a time 2026-01-31T08:00Z. The log is always read whole',
  },
  to: {
    kind: 'text',
    flag: 'to',
    value: 'TIME',
    group: what,
    help: 'and up to this one: a day with its end, or before a time. The environment is not asked for it',
  },
  quick: {
    kind: 'switch',
    flag: 'quick',
    group: what,
    default: 'false',
    help: 'look which objects are there, but read none',
  },
  deep: {
    kind: 'switch',
    flag: 'deep',
    group: what,
    default: 'false',
    help: 'look at each line as well: whether it lies in its own partition, and whether its event is there twice',
  },
  schemas: pushSettings.schemas,
  remember: {
    kind: 'text',
    flag: 'remember',
    value: 'FILE',
    group: what,
    help: 'keep the last checkpoint here, and prove that the log was only added to since: keep FILE where the bucket’s owner can’t write',
  },
  report: {
    kind: 'text',
    flag: 'report',
    value: 'FILE.html',
    group: what,
    help: 'write what was found, and the coverage of each day, as one page',
  },
  expect: {
    kind: 'durations',
    flag: 'expect',
    value: 'TYPE=DURATION',
    group: what,
    help: 'how long a log may say nothing: the shortest of these counts, instead of what the log itself has recorded',
  },
  proof: {
    kind: 'text',
    flag: 'proof',
    value: 'FILE',
    group: what,
    help: 'check one object by its .tlog-proof (audit-export evidence prove), without a store: verify --proof FILE OBJECT',
  },
} as const satisfies Settings;

export type VerifyOptions = Values<typeof verifySettings>;
