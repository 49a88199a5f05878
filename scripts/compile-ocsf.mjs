// Compiles the source of the Open Cybersecurity Schema Framework (a work tree of github.com/ocsf/ocsf-schema) to one JSON Schema of the
// classes and objects that map ocsf makes: node scripts/compile-ocsf.mjs FOLDER > test/fixtures/ocsf/ocsf-1.3.0.schema.json
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ [name: string]: any }} Members */

const root = process.argv[2] ?? '.';
/** @param {string} file @returns {Members} */
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

const classes = {
  datastore_activity: 'application/datastore_activity',
  api_activity: 'application/api',
  entity_management: 'iam/entity_management',
  authentication: 'iam/authentication',
  detection_finding: 'findings/detection_finding',
};
/** Objects that are compiled; of others nothing may be there. */
const objects = new Set(
  'actor analytic api database evidences finding_info group managed_entity metadata network_endpoint product query_info resource_details service session table user'.split(
    ' ',
  ),
);
const categories = read('categories.json').attributes;
const { attributes: dictionary, types } = read('dictionary.json');

/** Attributes of a class or object: those of what it extends, those that it includes, its own; its own word counts.
 * @param {Members} item @param {(name: string) => Members} parent @returns {Members} */
function attributesOf(item, parent) {
  const { $include: included = [], ...own } = item.attributes ?? {};
  const parts = [];
  if (item.extends !== undefined) parts.push(attributesOf(parent(item.extends), parent));
  for (const file of included) {
    const part = read(file);
    const isProfile = file.startsWith('profiles/');
    for (const [name, attribute] of Object.entries(part.attributes))
      // What a profile asks for is asked for where an event names the profile, which ours do not.
      parts.push({ [name]: isProfile ? { ...attribute, requirement: 'optional' } : attribute });
  }
  parts.push(own);
  /** @type {Members} */
  const merged = {};
  for (const part of parts)
    for (const [name, attribute] of Object.entries(part))
      merged[name] = {
        ...merged[name],
        ...attribute,
        ...(merged[name]?.enum === undefined || attribute.enum === undefined
          ? {}
          : { enum: { ...merged[name].enum, ...attribute.enum } }),
      };
  return merged;
}

/** @param {Members} item @param {(name: string) => Members} parent @returns {Members} */
function constraintsOf(item, parent) {
  return item.constraints ?? (item.extends === undefined ? {} : constraintsOf(parent(item.extends), parent));
}

const integers = new Set(['integer_t', 'long_t', 'timestamp_t', 'port_t']);

/** @param {string} name @param {Members} attribute @returns {Members} */
function schemaOf(name, attribute) {
  const known = { ...dictionary[name], ...attribute };
  const one = valueSchema(known);
  return known.is_array === true ? { type: 'array', items: one } : one;
}

/** @param {Members} known @returns {any} */
function valueSchema({ type, object_type: object, enum: given }) {
  if (types.attributes[type] === undefined || type === 'object_t')
    return objectSchema(type === 'object_t' ? object : type);
  const { regex, range, max_len: maxLength, type: base = type } = types.attributes[type];
  if (base in plain) return plain[base];
  if (!integers.has(base))
    return withoutNothing({ type: 'string', enum: given && Object.keys(given), pattern: regex, maxLength });
  const [minimum, maximum] = range ?? [];
  return withoutNothing({ type: 'integer', enum: given && Object.keys(given).map(Number), minimum, maximum });
}

/** @type {Members} */
const plain = { boolean_t: { type: 'boolean' }, json_t: {}, float_t: { type: 'number' } };

/** @param {string} name @returns {Members | boolean} */
const objectSchema = (name) =>
  name === 'object' ? { type: 'object' } : objects.has(name) && { $ref: `#/$defs/${name}` };

/** @param {Members} members @returns {Members} */
const withoutNothing = (members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** @param {Members} item @param {(name: string) => Members} parent @param {Members} fixed @returns {Members} */
function compile(item, parent, fixed = {}) {
  const attributes = attributesOf(item, parent);
  // A profile that was taken back has no attributes.
  const there = Object.entries(attributes).filter(([name]) => dictionary[name] !== undefined);
  const { at_least_one: some, just_one: one } = constraintsOf(item, parent);
  const anyOf = some?.map((/** @type {string} */ name) => ({ required: [name] }));
  const oneOf = one?.map((/** @type {string} */ name) => ({ required: [name] }));
  return {
    type: 'object',
    additionalProperties: false,
    required: there.filter(([, { requirement }]) => requirement === 'required').map(([name]) => name),
    properties: Object.fromEntries(
      there.map(([name, attribute]) => [name, fixed[name] ?? schemaOf(name, attribute)]),
    ),
    ...(anyOf === undefined ? {} : { anyOf }),
    ...(oneOf === undefined ? {} : { oneOf }),
  };
}

const folders = ['.', ...readdirSync(join(root, 'events'))];
/** @param {string} name @returns {Members} */
const eventNamed = (name) => {
  const file = folders
    .map((folder) => `events/${folder}/${name}.json`)
    .find((path) => existsSync(join(root, path)));
  return read(String(file));
};
/** @param {string} name @returns {Members} */
const objectNamed = (name) => read(`objects/${name}.json`);

/** @type {Members} */
const defs = {};
for (const name of objects) defs[name] = compile(objectNamed(name), objectNamed);
for (const [name, file] of Object.entries(classes)) {
  const item = read(`events/${file}.json`);
  /** @param {Members} of @returns {string | undefined} */
  const categoryOf = (of) =>
    of.category ?? (of.extends === undefined ? undefined : categoryOf(eventNamed(of.extends)));
  const category = categories[String(categoryOf(item))].uid;
  const uid = category * 1000 + item.uid;
  const activities = Object.keys(attributesOf(item, eventNamed).activity_id.enum).map(Number);
  const pairs = [...new Set([0, 99, ...activities])].map((activity) => ({
    properties: { activity_id: { const: activity }, type_uid: { const: uid * 100 + activity } },
  }));
  const fixed = {
    class_uid: { const: uid },
    category_uid: { const: category },
    type_uid: { type: 'integer' },
  };
  defs[name] = { ...compile(item, eventNamed, fixed), allOf: [{ oneOf: pairs }] };
}
process.stdout.write(
  `${JSON.stringify({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: `OCSF ${read('version.json').version}, compiled from github.com/ocsf/ocsf-schema (Apache-2.0, see NOTICE) by scripts/compile-ocsf.mjs`,
    oneOf: Object.keys(classes).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: defs,
  })}\n`,
);
