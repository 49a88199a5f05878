// @ts-check
/**
 * A seeded source of chance (sfc32, public domain). Integer arithmetic only, so that the same seed gives the same
 * numbers on every Node and every machine.
 */

/** @typedef {ReturnType<typeof createRandom>} Random */

/**
 * @param {number} seed any integer
 * @param {number} [stream] independent sequences of one seed
 */
export function createRandom(seed, stream = 0) {
  let a = seed | 0;
  let b = stream | 0;
  let c = Math.trunc(seed / 0x1_0000_0000) | 0;
  let counter = 1;

  /** @returns {number} 0 to 2^32 - 1 */
  function next() {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  // Near-by seeds give near-by numbers at first: these are thrown away.
  for (let round = 0; round < 16; round += 1) next();

  /** @returns {number} 0 (included) to 1 (excluded), 53 random bits */
  const fraction = () => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000;
  /** @param {number} limit 1 to 2^21; @returns {number} an integer from 0 to limit - 1 */
  const below = (limit) => Math.floor((next() * limit) / 0x1_0000_0000);
  /** @param {number} least @param {number} most @returns {number} an integer, both ends included */
  const between = (least, most) => least + below(most - least + 1);
  /** @param {number} probability 0 to 1 @returns {boolean} */
  const chance = (probability) => next() < probability * 0x1_0000_0000;
  /** @template T @param {readonly T[]} values at least one @returns {T} */
  const pick = (values) => /** @type {T} */ (values[below(values.length)]);
  /** @template T @param {readonly T[]} values @param {number} count @returns {T[]} distinct values in a random order */
  function sample(values, count) {
    const rest = [...values];
    /** @type {T[]} */
    const taken = [];
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(below(rest.length), 1));
    return taken;
  }
  return { next, fraction, below, between, chance, pick, sample };
}
