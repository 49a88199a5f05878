import { readdirSync, readFileSync } from 'node:fs';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { linesOf } from '../../bench/generated-lines.ts';

const root = new URL('../../../../', import.meta.url);

/** A line, and the type that it is recognised as. */
export interface TypedLine {
  type: string;
  line: string;
}

/** Events of all types: the examples, the fixtures, and generated ones, in whatever spelling they have. */
export function eventLines(generated = 300): TypedLine[] {
  const fixtures = readdirSync(new URL('test/fixtures/events/', root)).filter((name) =>
    name.endsWith('.jsonl'),
  );
  const files = ['examples/events.jsonl', ...fixtures.map((name) => `test/fixtures/events/${name}`)];
  const written = files.flatMap((file) => readFileSync(new URL(file, root), 'utf8').split('\n'));
  const made = linesOf({ seed: 18, lines: generated }).map(({ bytes }) => bytes.toString('utf8').trimEnd());
  return [...written, ...made].flatMap(typed);
}

/** The line with its type; nothing for a line that is no event. */
export function typed(line: string): TypedLine[] {
  const event = parsed(line);
  const found = inTryingOrder(compiledAuditTypes, []).find(({ recognise }) => recognise(event));
  return found === undefined ? [] : [{ type: found.descriptor.type, line }];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
