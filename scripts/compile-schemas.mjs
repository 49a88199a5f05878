// Compiles schemas/ to plain validation functions (src/generated/), so that no run pays for compiling them
// and `push` need not load ajv at all. Adding an audit type is adding a file to schemas/events/.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneModule from 'ajv/dist/standalone/index.js';
import './compile-scanner.mjs';

const standalone = standaloneModule.default;
const root = new URL('../', import.meta.url);
const out = new URL('src/generated/', root);
const readJson = (url) => JSON.parse(readFileSync(url, 'utf8'));

/** Compiles named schemas into one ES module of exported functions. */
function moduleOf(schemas, ajvOptions) {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    unicodeRegExp: false,
    unicode: false,
    logger: false,
    ...ajvOptions,
    code: { source: true, esm: true, optimize: 2 },
  });
  ajv.addKeyword('x-audit-export');
  const ids = {};
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(schema, name);
    ids[name] = name;
  }
  const code = standalone(ajv, ids);
  if (code.includes('require('))
    throw new Error('the compiled validators need a part of ajv at run time: avoid that keyword');
  return `// @ts-nocheck\n${code}\n`;
}

const eventFiles = readdirSync(new URL('schemas/events/', root))
  .filter((name) => name.endsWith('.json'))
  .sort();
const events = eventFiles.map((name) => readJson(new URL(`schemas/events/${name}`, root)));
const eventFunctions = {};
events.forEach((schema, index) => {
  eventFunctions[`validate${index}`] = schema;
  eventFunctions[`recognise${index}`] = { $schema: schema.$schema, ...schema['x-audit-export'].recognise };
});

mkdirSync(out, { recursive: true });
writeFileSync(new URL('event-validators.ts', out), moduleOf(eventFunctions));

// Documents of the tool itself: what users write is checked against these. Each has a module, for a run needs one or two.
const documents = {
  validateAuditType: 'audit-type',
  validateConfig: 'config',
  validateAccessPlan: 'access-plan',
  validateAccessRequest: 'access-request',
  validateReceipt: 'receipt',
  validateAlertRules: 'alert-rules',
};
mkdirSync(new URL('documents/', out), { recursive: true });
for (const [name, document] of Object.entries(documents)) {
  const schema = readJson(new URL(`schemas/${document}.schema.json`, root));
  writeFileSync(new URL(`documents/${document}.ts`, out), moduleOf({ [name]: schema }, { allErrors: true }));
}

// The members of a configuration, for "did you mean": by the place where they stand, as a pattern of JSON Pointers.
function membersOf(schema, place, root) {
  const target = schema.$ref === undefined ? schema : root.$defs[schema.$ref.split('/').at(-1)];
  const { properties, additionalProperties } = target;
  const below = Object.entries(properties ?? {}).flatMap(([name, child]) =>
    membersOf(child, `${place}/${name}`, root),
  );
  const any =
    typeof additionalProperties === 'object' ? membersOf(additionalProperties, `${place}/[^/]+`, root) : [];
  const own = properties === undefined ? [] : [{ place: `^${place}$`, members: Object.keys(properties) }];
  return [...own, ...below, ...any];
}
const configSchema = readJson(new URL('schemas/config.schema.json', root));
writeFileSync(
  new URL('config-members.ts', out),
  `export const configMembers: readonly { place: string; members: readonly string[] }[] = ${JSON.stringify(membersOf(configSchema, '', configSchema), null, 2)};\n`,
);

const entries = events.map((schema, index) => {
  const { recognise: _, ...descriptor } = schema['x-audit-export'];
  const facts = { ...descriptor, title: schema.title, schemaId: schema.$id, schemaFile: eventFiles[index] };
  const { $schema: _s, $id: _i, title: _t, description: _d, 'x-audit-export': _x, ...validate } = schema;
  // The flags are those of unicodeRegExp: false above.
  const rules = { recognise: schema['x-audit-export'].recognise, validate, regExpFlags: '' };
  return `  { descriptor: ${JSON.stringify(facts)}, recognise: compiled.recognise${index}, validate: compiled.validate${index}, rules: ${JSON.stringify(rules)} },`;
});
writeFileSync(
  new URL('audit-types.ts', out),
  `import type { CompiledAuditType } from '../core/audit-types/audit-type.ts';\nimport * as compiled from './event-validators.ts';\n\nexport const compiledAuditTypes: CompiledAuditType[] = [\n${entries.join('\n')}\n];\n`,
);

// Names and meanings alone: who asks or plans need not load the checks.
const named = events
  .map((schema) => schema['x-audit-export'])
  .sort((a, b) => a.order - b.order)
  .map(({ type, meaning }) => ({ type, meaning }));
writeFileSync(
  new URL('audit-type-names.ts', out),
  `export const builtInTypes: readonly { type: string; meaning: string }[] = ${JSON.stringify(named, null, 2)};\n`,
);
