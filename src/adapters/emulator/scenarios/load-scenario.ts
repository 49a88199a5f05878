import { readFile } from 'node:fs/promises';
import { AuditExportError } from '../../../errors.ts';
import { faultKinds, type Fault } from '../../../ports/aws/emulator.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** A scenario by its name, or from a JSON file. Throws `AuditExportError` usage or config-invalid. */
export async function loadScenario(nameOrFile: string): Promise<Scenario> {
  const named = Object.hasOwn(scenarios, nameOrFile) ? scenarios[nameOrFile] : undefined;
  if (named !== undefined) return named;
  if (!/[./\\]/.test(nameOrFile)) throw unknownScenario(nameOrFile);
  const text = await readFile(nameOrFile, 'utf8').catch((error: unknown) => {
    throw new AuditExportError('config-invalid', `The scenario ${nameOrFile} can't be read.`, {
      cause: error,
    });
  });
  return parseScenario(text, nameOrFile);
}

/** The parts of a scenario file, and what each must be. */
const parts: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly what: string }>> = {
  $schema: { is: (value) => typeof value === 'string', what: 'a text' },
  summary: { is: (value) => typeof value === 'string', what: 'a text' },
  prepared: { is: isRecord, what: 'an object' },
  faults: {
    is: (value) => Array.isArray(value) && value.every((fault) => toFault(fault) !== undefined),
    what: `a list of objects, each with a kind: ${faultKinds.join(', ')}`,
  },
  sessionSeconds: { is: (value) => typeof value === 'number' && value > 0, what: 'a number above 0' },
};

/** Reads a scenario from JSON. Throws `AuditExportError` config-invalid, naming the part that is wrong. */
export function parseScenario(text: string, source: string): Scenario {
  const value = parseJson(text);
  if (!isRecord(value)) throw invalidScenario(source, 'it is not a JSON object');
  for (const [name, content] of Object.entries(value)) {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part === undefined) throw invalidScenario(source, `it has no part ${JSON.stringify(name)}`);
    if (!part.is(content)) throw invalidScenario(source, `${name} is not ${part.what}`);
  }
  return { summary: source, ...value };
}

function invalidScenario(source: string, why: string): AuditExportError {
  return new AuditExportError('config-invalid', `The scenario ${source} can't be used: ${why}.`, {
    cure: 'docs/rehearse.md shows what a scenario file holds.',
  });
}

/** A fault from JSON; undefined where its kind is not known. */
export function toFault(value: unknown): Fault | undefined {
  if (!isRecord(value)) return undefined;
  const kind = faultKinds.find((known) => known === value.kind);
  return kind && { ...value, kind };
}

function unknownScenario(name: string): AuditExportError {
  return new AuditExportError('usage', `There is no scenario ${JSON.stringify(name)}.`, {
    cure: `Known scenarios: ${Object.keys(scenarios).join(', ')}; or the path of a JSON file.`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
