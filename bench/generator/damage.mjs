// @ts-check
/** What goes wrong with a line on its way, one named kind of damage at a time. */

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./events.mjs').Damage} Damage */
/** @typedef {import('./events.mjs').AuditType} AuditType */
/** @typedef {{ line: Buffer, type: AuditType, random: Random, tooLongBytes: number }} Victim `line` is without its line end */
/** @typedef {Record<string, unknown>} JsonObject */

/** @type {Record<Damage, (victim: Victim) => Buffer>} */
const DAMAGED = {
  'truncated-json': ({ line, random }) => closed(truncate(line, random)),
  'not-an-object': ({ random }) => closed(random.pick(NO_OBJECTS)),
  'unknown-type': ({ random }) => closed(JSON.stringify(foreignEvent(random))),
  'no-event-time': (victim) => changed(victim, removeTimes),
  'impossible-event-time': (victim) => changed(victim, spoilTime),
  'schema-violation': (victim) => changed(victim, breakSchema),
  'invalid-utf8': ({ line, random }) => closed(spoilUtf8(line, random)),
  blank: ({ random }) => closed(random.pick(['', '', '', ' ', '\t'])),
  crlf: ({ line }) => Buffer.concat([line, Buffer.from('\r\n')]),
  'too-long': ({ line, tooLongBytes }) => closed(lengthen(line, tooLongBytes)),
};

const NO_OBJECTS = [
  '42',
  '"audit export finished"',
  'null',
  'true',
  '[{"eventName":"Create Lock"}]',
  '-1.5e3',
];

/**
 * @param {Damage} damage
 * @param {Victim} victim
 * @returns {Buffer} the damaged line with its line end
 */
export function damageLine(damage, victim) {
  return DAMAGED[damage](victim);
}

/** @param {string | Buffer} line @returns {Buffer} */
function closed(line) {
  return Buffer.concat([typeof line === 'string' ? Buffer.from(line) : line, Buffer.from('\n')]);
}

/** @param {Victim} victim @param {(event: JsonObject, victim: Victim) => void} change @returns {Buffer} */
function changed(victim, change) {
  const event = /** @type {JsonObject} */ (JSON.parse(victim.line.toString('utf8')));
  change(event, victim);
  return closed(JSON.stringify(event));
}

/** A writer that was killed: the first 5 to 95 % of the line, cut between two characters. @param {Buffer} line @param {Random} random */
function truncate(line, random) {
  let end = Math.max(1, Math.floor((line.length * random.between(5, 95)) / 100));
  while (end > 1 && ((line[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return line.subarray(0, end);
}

/** Well-formed records of other programs. @param {Random} random @returns {JsonObject} */
function foreignEvent(random) {
  const number = random.between(100_000, 999_999);
  return random.pick([
    {
      level: 'info',
      timestamp: '2026-09-01T00:00:00.000Z',
      logger: 'http.server',
      message: 'request done',
      status: 200,
      requestNumber: number,
    },
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      stage: 'ResponseComplete',
      verb: 'get',
      requestURI: `/api/v1/pods/${number}`,
    },
    { kind: 'heartbeat', host: `exporter-${number}.acme.example`, uptimeSeconds: number },
    {
      EVENT_ID: number,
      EVENT_TIMESTAMP: '2026-09-01 00:00:00.000 Z',
      EVENT_TYPE: 'LOGIN',
      IS_SUCCESS: 'YES',
    },
  ]);
}

/** Every field that an event time could be read from. */
const TIME_FIELDS = [
  'eventTime',
  'eventTimeSupplied',
  'dt',
  'DateTime',
  'StartTime',
  'EndTime',
  'dateTime',
  'startTime',
  'endTime',
];

/** @param {JsonObject} event */
function removeTimes(event) {
  for (const field of TIME_FIELDS) delete event[field];
}

/** @param {JsonObject} event @param {Victim} victim */
function spoilTime(event, { random }) {
  for (const field of TIME_FIELDS) {
    const time = event[field];
    if (typeof time === 'number')
      event[field] = random.pick([90_000_000_000_000_000, -90_000_000_000_000_000]);
    if (typeof time === 'string') {
      event[field] = random.pick([
        '2026-02-30T12:00:00.000Z',
        '2026-13-01T00:00:00.000Z',
        '2026-11-09T24:61:00.000Z',
        'yesterday',
      ]);
    }
  }
}

/** A field of the right name and the wrong type; the audit type and the event time stay readable. @type {Record<AuditType, JsonObject[]>} */
const VIOLATIONS = {
  query: [{ eventDetails: 42 }, { eventDetails: [] }],
  system: [{ eventID: 42 }, { userIdentity: 'root' }],
  custom: [{ eventDetails: 42 }, { eventID: null }],
  alert: [{ clientId: 42 }, { user: [] }],
  tokenization: [{ clientID: 42 }, { eventID: 42 }],
  'native-query': [{ query: 42 }, { success: 'maybe' }],
};

/** @param {JsonObject} event @param {Victim} victim */
function breakSchema(event, { type, random }) {
  for (const [name, value] of Object.entries(random.pick(VIOLATIONS[type]))) {
    const pascalCase = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    event[pascalCase in event ? pascalCase : name] = value;
  }
}

/** Bytes that no UTF-8 text has, put inside the line's first string value. @param {Buffer} line @param {Random} random */
function spoilUtf8(line, random) {
  const bytes = random.pick([[0xff], [0xc3, 0x28], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x80]]);
  const at = line.indexOf('":"') + 3;
  return Buffer.concat([line.subarray(0, at), Buffer.from(bytes), line.subarray(at)]);
}

/** An event with a field so long that the line has one byte more than `bytes`. @param {Buffer} line @param {number} bytes */
function lengthen(line, bytes) {
  const head = Buffer.from(',"padding":"');
  const padding = Buffer.alloc(Math.max(1, bytes + 1 - line.length - head.length - 1), 'x');
  return Buffer.concat([line.subarray(0, -1), head, padding, Buffer.from('"}')]);
}
