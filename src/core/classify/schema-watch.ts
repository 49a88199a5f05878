import type { AuditTypeDescriptor, CompiledAuditType } from '../audit-types/audit-type.ts';
import type { PointerPath } from '../audit-types/json-pointer.ts';
import { parsePointer, readPointer } from '../audit-types/json-pointer.ts';

/** Something of an event that the schema of its type does not know. The event is delivered all the same. */
export interface UnknownPart {
  /** In words: which field, or which version. */
  readonly warning: string;
  /** The line of the schema that would take it in, and where it belongs. */
  readonly schemaLine: string;
}

/** The members of an object that a schema knows, and those whose own members it knows. */
interface KnownMembers {
  readonly pointer: string;
  /** Where the schema lists them. */
  readonly listedAt: string;
  readonly names: ReadonlySet<string>;
  readonly within: readonly (readonly [name: string, known: KnownMembers])[];
}

/** Looks at the fields of events of one type; a version is looked at apart, since it is a value. */
export interface SchemaWatch {
  /** The fields that the schema does not know, in the order of their names. */
  unknownFields: (event: unknown) => readonly UnknownPart[];
  versions: VersionWatch | undefined;
}

export interface VersionWatch {
  readonly path: PointerPath;
  readonly known: readonly string[];
  /** What is to be said of a value there; undefined where it is known, or there is none. */
  unknown: (value: unknown) => UnknownPart | undefined;
}

const nothing: readonly UnknownPart[] = [];
/** Names and versions are shown, and hostile ones may be long. */
const longestShown = 120;

/**
 * Builds the watch of a type. Where a schema says `additionalProperties`, or lists no properties of an object, other members are
 * meant to be there and nothing is looked at; arrays are not looked into. Undefined where there is nothing to look at.
 */
export function buildSchemaWatch({ descriptor, rules }: CompiledAuditType): SchemaWatch | undefined {
  const root = rules === undefined ? undefined : knownMembers(rules.validate, '', '');
  const versions = versionWatch(descriptor);
  if (root === undefined && versions === undefined) return undefined;
  return {
    unknownFields: (event) => {
      const found: UnknownPart[] = [];
      if (root !== undefined) addUnknown(event, root, found);
      return found.length === 0 ? nothing : found.sort((a, b) => (a.warning < b.warning ? -1 : 1));
    },
    versions,
  };
}

/** All that the schema of its type does not know of an event: its fields, then its version. */
export function unknownParts(watch: SchemaWatch, event: unknown): readonly UnknownPart[] {
  const fields = watch.unknownFields(event);
  const version = watch.versions?.unknown(readPointer(event, watch.versions.path));
  return version === undefined ? fields : [...fields, version];
}

function knownMembers(schema: unknown, pointer: string, listedAt: string): KnownMembers | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { properties, additionalProperties } = schema as Record<string, unknown>;
  if (typeof properties !== 'object' || properties === null || additionalProperties !== undefined)
    return undefined;
  const members = Object.entries(properties);
  if (members.length === 0) return undefined;
  return {
    pointer,
    listedAt: `${listedAt}/properties`,
    names: new Set(members.map(([name]) => name)),
    within: members.flatMap(([name, member]) => {
      const token = escaped(name);
      const known = knownMembers(member, `${pointer}/${token}`, `${listedAt}/properties/${token}`);
      return known === undefined ? [] : [[name, known] as const];
    }),
  };
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function addUnknown(value: unknown, known: KnownMembers, found: UnknownPart[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const name of Object.keys(value)) {
    if (known.names.has(name)) continue;
    const shown = shorten(name);
    found.push({
      warning: `the schema does not know the field ${known.pointer}/${escaped(shown)}`,
      schemaLine: `${known.listedAt}: ${JSON.stringify(shown)}: {}`,
    });
  }
  for (const [name, members] of known.within)
    if (Object.hasOwn(value, name)) addUnknown((value as Record<string, unknown>)[name], members, found);
}

function versionWatch({ versions }: Pick<AuditTypeDescriptor, 'versions'>): VersionWatch | undefined {
  if (versions === undefined) return undefined;
  const { at, known } = versions;
  return {
    path: parsePointer(at),
    known,
    unknown: (value) => {
      if (typeof value !== 'string' || value === '' || known.includes(value)) return undefined;
      const shown = shorten(value);
      return {
        warning: `the schema does not know version ${JSON.stringify(shown)} (${at})`,
        schemaLine: `/x-audit-export/versions: "known": ${JSON.stringify([...known, shown])}`,
      };
    },
  };
}

function shorten(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** Shapes that are remembered of a type; a source with more has its lines parsed. */
const mostShapes = 4096;

/**
 * Remembers what is unknown of events of one shape: the same fields at the same places. A shape is a number that the scanner
 * makes of the names it passes, so that a line is only parsed when its shape is new.
 */
export class WatchedShapes {
  readonly #watch: SchemaWatch;
  readonly #shapes = new Map<number, readonly UnknownPart[]>();
  #lastShape = -1;
  #last: readonly UnknownPart[] = nothing;

  constructor(watch: SchemaWatch) {
    this.#watch = watch;
  }

  /** `event` parses the line. */
  unknownFields(shape: number, event: () => unknown): readonly UnknownPart[] {
    if (shape === this.#lastShape) return this.#last;
    let found = this.#shapes.get(shape);
    if (found === undefined) {
      found = this.#watch.unknownFields(event());
      if (this.#shapes.size >= mostShapes) return found;
      this.#shapes.set(shape, found);
    }
    this.#lastShape = shape;
    this.#last = found;
    return found;
  }
}
