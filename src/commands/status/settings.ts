import type { Settings, Values } from '../../core/config/setting.ts';
import { evidenceSettings } from '../push/evidence/evidence-settings.ts';

export const statusSettings = {
  limit: {
    kind: 'integer',
    flag: 'limit',
    value: 'N',
    group: 'Status',
    default: '10',
    help: 'runs to show of each profile',
  },
  dismiss: {
    kind: 'list',
    flag: 'dismiss',
    value: 'ID',
    valueIsOptional: true,
    group: 'Status',
    help: 'forget what could not be found or read: the problem of this id, or all',
  },
  expect: { ...evidenceSettings.expect, group: 'Status' },
  map: {
    kind: 'switch',
    flag: 'map',
    group: 'Coverage',
    default: 'false',
    help: 'show what the transparency log of each store tells of each day: reads it with your own credentials',
  },
  page: {
    kind: 'text',
    flag: 'page',
    value: 'FILE.html',
    group: 'Coverage',
    help: 'write the same as a page: a calendar by type, day and hour, each day with its objects',
  },
  store: {
    kind: 'text',
    flag: 'store',
    value: 'STORE',
    group: 'Coverage',
    help: 'the store to show with --map and --page; else those of the profiles',
  },
} as const satisfies Settings;

export type StatusOptions = Values<typeof statusSettings>;
