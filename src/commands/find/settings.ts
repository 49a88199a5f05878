import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

const events = 'Events';

/** Where events are read from, and how they are filed there: the same for all commands that read. */
export const readerSettings = {
  from: {
    kind: 'text',
    flag: 'from',
    value: 'STORE',
    profile: 'to',
    group: 'Store',
    help: 'where the events are: s3://BUCKET/PREFIX or a folder; else the store of the profile',
  },
  pathStyle: pushSettings.pathStyle,
  partition: pushSettings.partition,
  layout: pushSettings.layout,
  schemas: pushSettings.schemas,
  types: {
    kind: 'list',
    flag: 'type',
    value: 'TYPES',
    group: events,
    help: 'audit types, such as query,alert; all if missing',
  },
  since: {
    kind: 'text',
    flag: 'since',
    value: 'TIME',
    group: events,
    help: 'events from here on: 2026-09-01, 2026-09-01T10:00:00Z, 7d (so long ago), today or yesterday; UTC',
  },
  until: {
    kind: 'text',
    flag: 'until',
    value: 'TIME',
    group: events,
    help: 'events before the end of this day, or before this moment',
  },
} as const satisfies Settings;

/** The settings of `find`. */
export const findSettings = {
  ...readerSettings,
  actor: { kind: 'text', flag: 'actor', value: 'NAME', group: events, help: 'who did it' },
  object: {
    kind: 'text',
    flag: 'object',
    value: 'NAME',
    group: events,
    help: 'what it was done to: DATABASE.SCHEMA.TABLE, or its last parts',
  },
  column: {
    kind: 'text',
    flag: 'column',
    value: 'NAME',
    group: events,
    help: 'a column that the event names; what only a query names is found by --text',
  },
  tag: { kind: 'text', flag: 'tag', value: 'TAG', group: events, help: 'a tag: NAME or NAME=VALUE' },
  action: {
    kind: 'text',
    flag: 'action',
    value: 'WORD',
    group: events,
    help: "what was done, in the vendor's word",
  },
  decision: {
    kind: 'text',
    flag: 'decision',
    value: 'WORD',
    group: events,
    choices: ['allow', 'mask', 'block', 'fail'],
    help: 'what became of it',
  },
  text: { kind: 'text', flag: 'text', value: 'TEXT', group: events, help: 'stands anywhere in the event' },
  limit: { kind: 'integer', flag: 'limit', value: 'N', group: 'Output', help: 'stop after so many events' },
  csv: {
    kind: 'switch',
    flag: 'csv',
    group: 'Output',
    default: 'false',
    help: 'the standard columns as CSV',
  },
  table: {
    kind: 'switch',
    flag: 'table',
    group: 'Output',
    default: 'false',
    help: 'a table of the most important columns; what a terminal gets',
  },
} as const satisfies Settings;

export type ReaderOptions = Values<typeof readerSettings>;
export type FindOptions = Values<typeof findSettings>;
