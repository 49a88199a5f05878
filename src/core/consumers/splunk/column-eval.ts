import type { Condition, Place, Steps, TypeColumns } from '../../readers/columns/type-columns.ts';

/**
 * Splunk's fields of the Common Information Model, and from which standard column each comes. `action` is what was decided; `vendor_action`
 * the vendor's own word. Source: "Databases" and "Authentication", Splunk Common Information Model Add-on manual.
 */
const fields = [
  ['user', 'actor'],
  ['user_role', 'actor_roles'],
  ['src', 'client_ip'],
  ['app', 'client'],
  ['vendor_action', 'action'],
  ['object', 'object'],
  ['object_attrs', 'columns'],
  ['tag_name', 'tags'],
  ['masking', 'maskings'],
  ['records_affected', 'rows'],
  ['query_id', 'query_id'],
  ['query', 'query_text'],
  ['signature_id', 'event_id'],
  ['tenant', 'tenant'],
] as const satisfies readonly (readonly [string, keyof TypeColumns['places']])[];

const actions = { allow: 'allowed', mask: 'allowed', block: 'blocked', fail: 'failure' } as const;

/** The calculated fields of a type: name and expression, for `EVAL-<name>`. */
export function calculatedFields({ places, decision }: TypeColumns): [string, string][] {
  const calculated = fields.flatMap(([field, column]): [string, string][] => {
    const found = places[column].map(valueOf);
    return found.length === 0 ? [] : [[field, coalesced(found)]];
  });
  if (decision.length === 0) return calculated;
  const cases = (word: (is: keyof typeof actions) => string): string =>
    `case(${decision.map(({ is, where }) => `${where.map(holds).join(' OR ')},"${word(is)}"`).join(',')})`;
  return [...calculated, ['decision', cases((is) => is)], ['action', cases((is) => actions[is])]];
}

/** The text of a member: `json_extract` with its path; items of an array become values of the field. */
export function extracted(steps: Steps, from = '_raw'): string {
  const path = steps.reduce((before, step) => {
    if (step === '*') return `${before}{}`;
    return before === '' ? step : `${before}.${step}`;
  }, '');
  const value = `json_extract(${from},"${path}")`;
  return steps.includes('*') ? `json_array_to_mv(${value})` : value;
}

function valueOf({ within, steps, join }: Place): string {
  const from = within === undefined ? '_raw' : extracted(within);
  if (join === undefined) return extracted(steps, from);
  const [first = '""', ...others] = join.parts.map((part) => extracted([...steps, ...part], from));
  return others.reduce((before, part) => `mvzip(${before},${part},"${join.separator}")`, first);
}

function coalesced(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : `coalesce(${values.join(',')})`;
}

function holds({ place, in: one, notIn: none, from, below }: Condition): string {
  const value = valueOf(place);
  if (from !== undefined) return `tonumber(${value})>=${from}`;
  if (below !== undefined) return `tonumber(${value})<${below}`;
  const words = (list: readonly string[]): string =>
    list.map((word) => word.replaceAll(/[^\w ]/g, String.raw`\\$&`)).join('|');
  const ahead = none === undefined || none.length === 0 ? '' : `(?!(?:${words(none)})$)`;
  const pattern = one === undefined ? `${ahead}.` : `(?:${words(one)})$`;
  return `isnotnull(mvfind(${value},"(?i)^${pattern}"))`;
}
