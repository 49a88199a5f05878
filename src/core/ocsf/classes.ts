import type { EventRow } from '../readers/columns/standard-columns.ts';

/** The version of the Open Cybersecurity Schema Framework that events are written in: the one that Amazon Security Lake takes. */
export const ocsfVersion = '1.3.0';

/** What stands for a name that an event does not tell, where a class demands one. */
export const unknownName = 'unknown';

/** What the attributes of a class are made of. */
export interface OcsfFacts extends EventRow {
  /** An id of the event in any case. */
  uid: string;
}

/** A class of OCSF: numbers and names are those of its schema (github.com/ocsf/ocsf-schema, 1.3.0). */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
  /** Captions of its activities; 0 and 99 are those of all classes. */
  readonly activities: Readonly<Record<number, string>>;
  /** Columns that its attributes hold; the others are kept in `unmapped`. */
  readonly columns: readonly (keyof EventRow)[];
  /** Attributes beyond those of all classes; undefined, empty lists and empty objects are left out. */
  readonly attributes: (facts: OcsfFacts) => Readonly<Record<string, unknown>>;
}

/** OCSF's `string_t` is no longer than this. */
export const longestString = 65_535;

const text = (value: string | null): string | undefined => value?.slice(0, longestString);
const user = ({ actor, actor_roles: roles }: OcsfFacts): object => ({
  name: text(actor) ?? unknownName,
  groups: roles.map((name) => ({ name })),
});
const actor = (facts: OcsfFacts): object => ({ user: user(facts), app_name: text(facts.client) });

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;
const source = ({ client_ip: ip }: OcsfFacts): object =>
  ip !== null && address.test(ip) ? { ip } : { name: text(ip) ?? unknownName };

const whom = ['actor', 'actor_roles', 'client'] as const;

/** Classes by the name that mappings call them by. */
export const ocsfClasses = {
  datastore_activity: {
    uid: 6005,
    name: 'Datastore Activity',
    category: { uid: 6, name: 'Application Activity' },
    activities: {
      1: 'Read',
      2: 'Update',
      3: 'Connect',
      4: 'Query',
      5: 'Write',
      6: 'Create',
      7: 'Delete',
      8: 'List',
      9: 'Encrypt',
      10: 'Decrypt',
    },
    columns: [...whom, 'client_ip', 'query_id', 'query_text'],
    attributes: (facts) => {
      const { object, query_id: id, query_text: query } = facts;
      const [first] = object;
      const of =
        first === undefined ? { database: { name: unknownName, type_id: 0 } } : { table: { name: first } };
      return {
        actor: actor(facts),
        src_endpoint: source(facts),
        ...of,
        query_info: query === null ? undefined : { uid: text(id) ?? facts.uid, query_string: text(query) },
      };
    },
  },
  api_activity: {
    uid: 6003,
    name: 'API Activity',
    category: { uid: 6, name: 'Application Activity' },
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
    columns: [...whom, 'client_ip', 'action', 'object'],
    attributes: (facts) => ({
      actor: actor(facts),
      src_endpoint: source(facts),
      api: { operation: text(facts.action) ?? unknownName },
      resources: facts.object.map((name) => ({ name: text(name) })),
    }),
  },
  entity_management: {
    uid: 3004,
    name: 'Entity Management',
    category: { uid: 3, name: 'Identity & Access Management' },
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
    columns: [...whom, 'client_ip', 'action'],
    attributes: (facts) => ({
      actor: actor(facts),
      src_endpoint: facts.client_ip === null ? undefined : source(facts),
      api: { operation: text(facts.action) ?? unknownName },
      entity: { name: text(facts.object[0] ?? null) ?? unknownName },
    }),
  },
  authentication: {
    uid: 3002,
    name: 'Authentication',
    category: { uid: 3, name: 'Identity & Access Management' },
    activities: { 1: 'Logon', 2: 'Logoff' },
    columns: [...whom, 'client_ip'],
    attributes: (facts) => ({
      user: user(facts),
      src_endpoint: source(facts),
      service: { name: text(facts.tenant) ?? unknownName },
    }),
  },
  detection_finding: {
    uid: 2004,
    name: 'Detection Finding',
    category: { uid: 2, name: 'Findings' },
    activities: { 1: 'Create', 2: 'Update', 3: 'Close' },
    columns: ['actor', 'actor_roles', 'action', 'object'],
    attributes: (facts) => ({
      finding_info: {
        uid: facts.uid,
        title: `A threshold was reached: ${text(facts.action) ?? unknownName}`,
        created_time: facts.event_time,
      },
      evidences: facts.actor === null ? [] : [{ user: user(facts) }],
      resources: facts.object.map((name) => ({ name: text(name) })),
    }),
  },
} as const satisfies Readonly<Record<string, OcsfClass>>;

export type OcsfClassName = keyof typeof ocsfClasses;
