import type { EventRow } from '../readers/columns/standard-columns.ts';
import type { OcsfClassName } from './classes.ts';

/** One way of an audit type to a class: the first one whose conditions hold is taken. */
export interface OcsfCase {
  /** Words that the action holds, in lower case; any action if missing. */
  readonly action?: RegExp;
  /** Columns that must be told. */
  readonly needs?: readonly (keyof EventRow)[];
  readonly class: OcsfClassName;
  /** The number of the class's activity; 99: another, which the action names. */
  readonly activity: number;
}

const queries: readonly OcsfCase[] = [
  { action: /^(?:select|with|query)\b/, class: 'datastore_activity', activity: 4 },
  { action: /^(?:insert|copy|put|load)\b/, class: 'datastore_activity', activity: 5 },
  { action: /^(?:update|merge|alter)\b/, class: 'datastore_activity', activity: 2 },
  { action: /^(?:delete|drop|truncate)\b/, class: 'datastore_activity', activity: 7 },
  { action: /^create/, class: 'datastore_activity', activity: 6 },
  { action: /^(?:show|list|describe)\b/, class: 'datastore_activity', activity: 8 },
  { class: 'datastore_activity', activity: 99 },
];

const logins: readonly OcsfCase[] = [
  { action: /^log_?(?:in|on)\b/, needs: ['actor'], class: 'authentication', activity: 1 },
  { action: /^log_?(?:out|off)\b/, needs: ['actor'], class: 'authentication', activity: 2 },
];

/** Cases by audit type, in the order in which they are tried. */
export const ocsfMappings: Readonly<Record<string, readonly OcsfCase[]>> = {
  query: queries,
  'native-query': queries,
  'immuta-legacy': queries,
  system: [
    { action: /\bcreate\b/, needs: ['object'], class: 'entity_management', activity: 1 },
    { action: /\b(?:read|get|list)\b/, needs: ['object'], class: 'entity_management', activity: 2 },
    { action: /\bupdate\b/, needs: ['object'], class: 'entity_management', activity: 3 },
    { action: /\bdelete\b/, needs: ['object'], class: 'entity_management', activity: 4 },
  ],
  login: [...logins, { class: 'authentication', activity: 1 }],
  custom: logins,
  alert: [{ class: 'detection_finding', activity: 1 }],
};

/** Where no case of a type holds, and for types that have none. */
export const otherwise: OcsfCase = { class: 'api_activity', activity: 99 };

/** The classes that events of a type may come to, the first of which stands for those that come to none. */
export function classesOfType(type: string): OcsfClassName[] {
  const cases = Object.hasOwn(ocsfMappings, type) ? (ocsfMappings[type] ?? []) : [];
  const always = ({ action, needs }: OcsfCase): boolean => action === undefined && needs === undefined;
  const all = cases.some(always) ? cases : [...cases, otherwise];
  return [...new Set(all.map(({ class: name }) => name))];
}
