import type { InstantForm } from '../../audit-types/event-time.ts';
import type { TimeField } from '../../audit-types/audit-type.ts';
import { parsePointer } from '../../audit-types/json-pointer.ts';

/** A text of JSON, and an object or array: each possessive, so that a long query text is walked once. */
const definitions = String.raw`(?(DEFINE)(?<s>"(?:[^"\\]++|\\.)*+")(?<n>[{\[](?:[^{}\[\]"]++|(?&s)|(?&n))*+[}\]]))`;
const member = String.raw`\s*(?&s)\s*:\s*(?:(?&s)|(?&n)|[^\s"{}\[\],]++)\s*,`;

interface Form {
  /** What stands there, so that another form is no match. */
  ahead: string;
  format: string;
  characters: number;
}

/** props.conf.spec: `%3N` are milliseconds; `%s` takes ten digits, so epoch milliseconds before 2001-09-09 are left to INGEST_EVAL. */
const forms: Record<InstantForm, Form> = {
  'epoch-ms': { ahead: String.raw`(?=[0-9]{13}(?![0-9]))`, format: '%s%3N', characters: 13 },
  'epoch-s': { ahead: String.raw`(?=[0-9]{10}(?![0-9]))`, format: '%s', characters: 10 },
  'iso-8601': {
    ahead: String.raw`(?=[0-9]{4}-[0-9]{2}-[0-9]{2}T)`,
    format: '%Y-%m-%dT%H:%M:%S.%3N',
    characters: 24,
  },
};

/** How Splunk finds the time of a type's events. */
export interface TimeStamp {
  /** PCRE: what stands before the time, from the beginning of the line. */
  prefix: string;
  format: string;
  lookahead: number;
}

/**
 * TIME_PREFIX and what goes with it: the first field that is there, in the form that it usually has. The pattern walks over the members of the
 * event itself, so that neither a text nor a nested object that holds a member of the same name is taken for it.
 */
export function timeStampOf(times: readonly TimeField[]): TimeStamp {
  const [usual = 'epoch-ms'] = times[0]?.forms ?? [];
  const { ahead, format, characters } = forms[usual];
  const there = times.map(({ at }) => `${wayTo(parsePointer(at))}(?!null|"")`);
  // A better field that has another form is no reason to take a lesser one: then INGEST_EVAL decides alone.
  const ways = there.map((way, index) => {
    const better = there.slice(0, index).map((one) => `(?!${one})`);
    return `${better.join('')}${way}"?${ahead}`;
  });
  return {
    prefix: `${definitions}^\\s*(?:${ways.join('|')})`,
    format,
    lookahead: characters,
  };
}

function wayTo(path: readonly string[]): string {
  return path
    .map((key) => `\\{(?:${member})*?\\s*"${key.replaceAll(/[^\w]/g, String.raw`\$&`)}"\\s*:\\s*`)
    .join('');
}

/** Date, clock, fraction and zone, as parseIsoInstant takes them. */
const iso = String.raw`^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]+))?(?: ?(?:[Zz]|UTC|([+-][0-9]{2}):?([0-9]{2})?))?$`;
const zone = String.raw`([+-][0-9]{2}):?([0-9]{2})?$`;
const clockAndZone = String.raw`[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)? ?[+-][0-9]{2}`;

/**
 * INGEST_EVAL: the time of the event by its own members, whichever form it has, where TIME_FORMAT can hold one alone. `read` gives the
 * expression of a member's text. Sources: transforms.conf.spec (INGEST_EVAL), "Evaluation functions", Splunk documentation.
 */
export function ingestEval(times: readonly TimeField[], read: (path: readonly string[]) => string): string {
  const texts = times.map(({ at }) => `nullif(nullif(${read(parsePointer(at))},""),"null")`);
  const isSeconds = times[0]?.forms[0] === 'epoch-s';
  const quoted = (pattern: string): string => `"${pattern.replaceAll('\\', '\\\\')}"`;
  const part = (text: string): string => `replace(audit_export_time,${quoted(iso)},"${text}")`;
  const offset = `if(match(audit_export_time,${quoted(clockAndZone)}),replace(audit_export_time,${quoted(`^.*?${zone}`)},"\\1").substr(replace(audit_export_time,${quoted(`^.*?${zone}`)},"\\2")."00",1,2),"+0000")`;
  const fraction = `tonumber("0.".${part(String.raw`\3`)}."0")`;
  return [
    `audit_export_time:=coalesce(${texts.join(',')})`,
    `_time:=case(match(audit_export_time,"^[0-9]{1,17}$"),tonumber(audit_export_time)${isSeconds ? '' : '/1000'},match(audit_export_time,${quoted(iso)}),strptime(${part(String.raw`\1 \2`)}." ".${offset},"%Y-%m-%d %H:%M:%S %z")+${fraction},true(),_time)`,
    'audit_export_time:=null()',
  ].join(', ');
}
