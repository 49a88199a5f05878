// @ts-check
/** A seeded stream of audit events as a platform's exporter would write it: same seed, same bytes, everywhere. Its types are in `events.d.mts`. */
import { alertAudit, customAudit, queryAudit, tokenizationAudit } from './altr-events.mjs';
import { systemAudit } from './altr-system-audit.mjs';
import { toPartition } from './calendar.mjs';
import { damageLine } from './damage.mjs';
import { nativeQueryAudit } from './immuta-events.mjs';
import { AUDIT_TYPES, resolvePlan } from './plan.mjs';
import { createRandom } from './random.mjs';
import { compileTemplate, renderLine } from './template.mjs';

/** @typedef {import('./events.mjs').AuditType} AuditType */
/** @typedef {import('./events.mjs').Damage} Damage */
/** @typedef {import('./events.mjs').Expectation} Expectation */
/** @typedef {import('./plan.mjs').Plan} Plan */
/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./template.mjs').Template} Template */
/** @typedef {{ type: AuditType, template: Template, timeMs: number, late: boolean, sequence: number }} Event an event that was drawn */
/** @typedef {Event & { damage: Damage | null, line: Buffer }} Draw `line`: the damaged line, or the template as it is */

/**
 * How an event of each type is written, and how many different ones there are: more than fit into gzip's window, so
 * that the stream compresses like a real log and not like one line repeated.
 * @type {Record<AuditType, { write: (random: Random) => Record<string, unknown>, variants: number }>}
 */
const WRITERS = {
  query: { write: queryAudit, variants: 1200 },
  system: { write: systemAudit, variants: 200 },
  custom: { write: customAudit, variants: 200 },
  alert: { write: alertAudit, variants: 150 },
  tokenization: { write: tokenizationAudit, variants: 100 },
  'native-query': { write: nativeQueryAudit, variants: 300 },
};

/** @type {typeof import('./events.mjs').generateEvents} */
export function* generateEvents(options) {
  for (const { bytes } of chunks(resolvePlan(options), false)) yield bytes;
}

/** @type {typeof import('./events.mjs').describeEvents} */
export function* describeEvents(options) {
  yield* chunks(resolvePlan(options), true);
}

/**
 * @param {Plan} plan
 * @param {boolean} describe
 * @returns {Generator<import('./events.mjs').DescribedChunk, void, undefined>}
 */
function* chunks(plan, describe) {
  const random = createRandom(plan.seed);
  const templateOf = createTemplates(plan.seed);
  let chunk = Buffer.allocUnsafe(plan.chunkBytes);
  let used = 0;
  let total = 0;
  /** @type {Expectation[]} */
  let expectations = [];

  for (let index = 0; index < plan.lines; index += 1) {
    const progress = Math.max(total / plan.bytes, index / plan.lines);
    const draw = drawLine(plan, { index, progress, random, templateOf });
    const { length } = draw.line;
    if (total + length > plan.bytes) break;
    if (used + length > chunk.length) {
      if (used > 0) yield { bytes: chunk.subarray(0, used), expectations };
      chunk = Buffer.allocUnsafe(Math.max(plan.chunkBytes, length));
      used = 0;
      expectations = [];
    }
    if (draw.damage === null) renderLine(draw.template, chunk, used, { ...draw, random });
    else chunk.set(draw.line, used);
    if (describe) expectations.push(expect(draw, total));
    used += length;
    total += length;
  }
  if (used > 0) yield { bytes: chunk.subarray(0, used), expectations };
}

/**
 * Templates are written when they are first needed, from a sequence of chance of their own: which lines came before
 * makes no difference.
 * @param {number} seed
 */
function createTemplates(seed) {
  const pools = new Map(AUDIT_TYPES.map((type) => [type, /** @type {Array<Template | undefined>} */ ([])]));
  /** @param {AuditType} type @param {Random} random @returns {Template} */
  return (type, random) => {
    const { write, variants } = WRITERS[type];
    const variant = random.below(variants);
    const pool = pools.get(type) ?? [];
    const known = pool[variant];
    if (known !== undefined) return known;
    const stream = (AUDIT_TYPES.indexOf(type) + 1) * 0x1_0000 + variant;
    const template = compileTemplate(write(createRandom(seed, stream)));
    pool[variant] = template;
    return template;
  };
}

/**
 * @param {Plan} plan
 * @param {{ index: number, progress: number, random: Random, templateOf: ReturnType<typeof createTemplates> }} state
 * @returns {Draw}
 */
function drawLine(plan, { index, progress, random, templateOf }) {
  const share = random.fraction();
  const { type } = /** @type {{ type: AuditType }} */ (
    plan.shares.find(({ upTo }) => share < upTo) ?? plan.shares.at(-1)
  );
  const template = templateOf(type, random);
  const late = random.chance(plan.late);
  const timeMs = drawTime(plan, progress, random) - (late ? drawDelay(random) : 0);
  const event = { type, template, timeMs, late, sequence: index };
  const byChance = index > 0 && random.chance(plan.damage) ? random.pick(plan.damages) : null;
  const damage = plan.placed.get(index) ?? byChance;
  if (damage === null) return { ...event, damage, line: template.bytes };
  return {
    ...event,
    damage,
    line: renderDamaged(event, { damage, tooLongBytes: plan.tooLongBytes, random }),
  };
}

/** @param {Plan} plan @param {number} progress 0 to 1 @param {Random} random @returns {number} epoch milliseconds within the range */
function drawTime({ order, fromMs, rangeMs, jitterMs }, progress, random) {
  const place =
    order === 'random'
      ? random.fraction() * rangeMs
      : progress * rangeMs + (random.fraction() * 2 - 1) * jitterMs;
  return fromMs + Math.floor(Math.min(Math.max(place, 0), rangeMs - 1));
}

/** Half of the late events are hours late, half are days late. @param {Random} random @returns {number} milliseconds */
function drawDelay(random) {
  const [leastHours, mostHours] = random.chance(0.5) ? [1, 12] : [24, 72];
  return Math.floor((leastHours + random.fraction() * (mostHours - leastHours)) * 3_600_000);
}

/**
 * @param {Event} event
 * @param {{ damage: Damage, tooLongBytes: number, random: Random }} options
 * @returns {Buffer}
 */
function renderDamaged(event, { damage, tooLongBytes, random }) {
  const line = Buffer.allocUnsafe(event.template.bytes.length);
  renderLine(event.template, line, 0, { ...event, random });
  return damageLine(damage, { line: line.subarray(0, -1), type: event.type, random, tooLongBytes });
}

/** What can still be read from a damaged line. @type {Record<Damage, { kind: Expectation['kind'], type: boolean, time: boolean }>} */
const CONSEQUENCES = {
  'truncated-json': { kind: 'bad', type: false, time: false },
  'not-an-object': { kind: 'bad', type: false, time: false },
  'unknown-type': { kind: 'bad', type: false, time: false },
  'no-event-time': { kind: 'bad', type: true, time: false },
  'impossible-event-time': { kind: 'bad', type: true, time: false },
  'schema-violation': { kind: 'bad', type: true, time: true },
  'invalid-utf8': { kind: 'bad', type: false, time: false },
  blank: { kind: 'blank', type: false, time: false },
  crlf: { kind: 'event', type: true, time: true },
  'too-long': { kind: 'bad', type: false, time: false },
};

/** @param {Draw} draw @param {number} byteOffset @returns {Expectation} */
function expect({ type, timeMs, late, damage, line, sequence }, byteOffset) {
  const { kind, ...readable } =
    damage === null ? { kind: /** @type {const} */ ('event'), type: true, time: true } : CONSEQUENCES[damage];
  const partition = readable.time ? toPartition(timeMs) : { date: null, hour: null };
  const lineEnd = damage === 'crlf' ? '\r\n' : '\n';
  return {
    line: sequence + 1,
    byteOffset,
    byteLength: line.length - lineEnd.length,
    lineEnd,
    kind,
    type: readable.type ? type : null,
    eventTimeMs: readable.time ? timeMs : null,
    ...partition,
    late: late && readable.time,
    damage,
  };
}
