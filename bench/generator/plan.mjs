// @ts-check
/** Options with their defaults filled in, checked, and the draws that are made before the first line. */
import { EARLIEST_MS, LATEST_MS } from './calendar.mjs';
import { createRandom } from './random.mjs';

/** @typedef {import('./events.mjs').AuditType} AuditType */
/** @typedef {import('./events.mjs').Damage} Damage */
/** @typedef {import('./events.mjs').GeneratorOptions} GeneratorOptions */
/** @typedef {ReturnType<typeof resolvePlan>} Plan */

/** How often an audit type occurs: queries are the bulk. @type {Record<AuditType, number>} */
const USUAL_SHARES = { query: 68, system: 9, custom: 9, alert: 4, tokenization: 4, 'native-query': 8 };

export const AUDIT_TYPES = /** @type {readonly AuditType[]} */ (Object.keys(USUAL_SHARES));

/** @type {readonly Damage[]} */
export const DAMAGES = [
  'truncated-json',
  'not-an-object',
  'unknown-type',
  'no-event-time',
  'impossible-event-time',
  'schema-violation',
  'invalid-utf8',
  'blank',
  'crlf',
  'too-long',
];

const HOUR_MS = 3_600_000;
export const MOST_LATE_MS = 72 * HOUR_MS;
const SLACK_MS = 24 * HOUR_MS;

const DEFAULTS = {
  seed: 1,
  lines: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  fromMs: Date.UTC(2026, 8, 1),
  hours: 48,
  types: AUDIT_TYPES,
  late: 0,
  damage: 0,
  damages: DAMAGES.filter((damage) => damage !== 'too-long'),
  place: [],
  order: /** @type {const} */ ('time'),
  tooLongBytes: 16 * 1024 * 1024,
  chunkBytes: 1024 * 1024,
};

/** @param {GeneratorOptions} options */
export function resolvePlan(options) {
  const { hours, types, place, ...rest } = { ...DEFAULTS, ...options };
  const rangeMs = Math.round(hours * HOUR_MS);
  const plan = {
    ...rest,
    rangeMs,
    jitterMs: Math.min(60_000, rangeMs / 100),
    shares: accumulate(types),
    placed: placeDamages(place, options.lines ?? 0, rest.seed),
  };
  checkExtent(options, plan);
  return plan;
}

/**
 * @param {GeneratorOptions} options
 * @param {{ seed: number, fromMs: number, rangeMs: number, late: number, damage: number, damages: readonly Damage[], chunkBytes: number }} plan
 */
function checkExtent(options, plan) {
  if ((options.lines === undefined) === (options.bytes === undefined)) {
    throw new RangeError('give either lines or bytes');
  }
  const extent = options.lines ?? options.bytes ?? 0;
  check(Number.isSafeInteger(extent) && extent >= 0, 'lines and bytes are whole numbers from 0');
  check(Number.isSafeInteger(plan.seed), 'seed is a whole number');
  check(Number.isSafeInteger(plan.chunkBytes) && plan.chunkBytes > 0, 'chunkBytes is a whole number from 1');
  check(plan.rangeMs > 0, 'hours is above 0');
  check(
    plan.fromMs - MOST_LATE_MS - SLACK_MS >= EARLIEST_MS && plan.fromMs + plan.rangeMs <= LATEST_MS,
    'event times lie between September 2001 and November 2286',
  );
  for (const share of [plan.late, plan.damage])
    check(share >= 0 && share <= 1, 'late and damage are shares from 0 to 1');
  check(plan.damage === 0 || plan.damages.length > 0, 'damages names at least one kind');
}

/** @param {boolean} holds @param {string} rule */
function check(holds, rule) {
  if (!holds) throw new RangeError(rule);
}

/**
 * @param {readonly AuditType[] | Partial<Record<AuditType, number>>} types
 * @returns {Array<{ type: AuditType, upTo: number }>} ends of each type's share of 0 to 1
 */
function accumulate(types) {
  const shares = isList(types) ? usualShares(types) : types;
  for (const [type, share] of Object.entries(shares)) {
    check(
      type in USUAL_SHARES && Number.isFinite(share) && share >= 0,
      `no audit type "${type}", or no share`,
    );
  }
  const present = AUDIT_TYPES.filter((type) => (shares[type] ?? 0) > 0);
  check(present.length > 0, 'types names at least one audit type');
  const total = present.reduce((sum, type) => sum + (shares[type] ?? 0), 0);
  let sum = 0;
  return present.map((type) => {
    sum += shares[type] ?? 0;
    return { type, upTo: sum / total };
  });
}

/** @param {readonly AuditType[] | Partial<Record<AuditType, number>>} types @returns {types is readonly AuditType[]} */
function isList(types) {
  return Array.isArray(types);
}

/** @param {readonly AuditType[]} types @returns {Partial<Record<AuditType, number>>} */
function usualShares(types) {
  return Object.fromEntries(types.map((type) => [type, USUAL_SHARES[type]]));
}

/** @param {readonly Damage[]} damages @param {number} lines @param {number} seed @returns {Map<number, Damage>} line index → damage */
function placeDamages(damages, lines, seed) {
  check(damages.length === 0 || damages.length < lines, 'place needs more lines than damages');
  const random = createRandom(seed, 0x9_1ace);
  /** @type {Map<number, Damage>} */
  const placed = new Map();
  for (const damage of damages) {
    let index = 1 + Math.floor(random.fraction() * (lines - 1));
    while (placed.has(index)) index = index === lines - 1 ? 1 : index + 1;
    placed.set(index, damage);
  }
  return placed;
}
