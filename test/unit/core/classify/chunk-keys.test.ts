import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventKey, eventKeyBytes } from '../../../../src/core/classify/event-key.ts';
import { builtInRules, classify, filedLines } from './classifying.ts';

const rules = builtInRules({ eventKeys: true });

/** A line of an audit type, with its id as it stands there. */
const lines = fc.oneof(
  fc
    .record({
      id: fc.string({ unit: 'binary', maxLength: 5 }).map((text) => `custom-audit-${text}`),
      hour: fc.nat(2),
    })
    .map(({ id, hour }) => ({
      type: 'custom',
      id: JSON.stringify(id),
      timeMs: Date.UTC(2026, 0, 1, hour),
      text: JSON.stringify({
        eventID: id,
        eventTime: Date.UTC(2026, 0, 1, hour),
        clientID: 'c',
        eventDetails: 'd',
      }),
    })),
  fc.record({ id: fc.integer({ min: 0, max: 9 }), hour: fc.nat(2) }).map(({ id, hour }) => ({
    type: 'alert',
    id: String(id),
    timeMs: Date.UTC(2026, 0, 1, hour),
    text: JSON.stringify({ id, dt: Date.UTC(2026, 0, 1, hour), clientId: 'c', threshold: {} }),
  })),
);

test('each line to be delivered has the key of its type, id and event time, in the order of the lines', () => {
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 12 }), (events) => {
      const chunk = classify(events.map(({ text }) => `${text}\r\n`).join('not JSON\n'), rules);
      const ids = new Map(events.map(({ type, id, timeMs, text }) => [text, { type, id, timeMs }]));
      const expected = filedLines(chunk, rules).map(({ bytes }) => {
        const { type = '', id, timeMs = 0 } = ids.get(bytes.toString()) ?? {};
        return Buffer.from(eventKey({ type, id, timeMs, line: bytes }));
      });
      expect(Buffer.from(chunk.lineKeys ?? []).equals(Buffer.concat(expected))).toBe(true);
      expect(chunk.lineKeys?.length).toBe(chunk.lineEnds.length * eventKeyBytes);
    }),
  );
});

test('a line whose type has no id in it has the key of its bytes', () => {
  const text = JSON.stringify({
    id: 2 ** 60,
    dt: Date.UTC(2026, 0, 1),
    clientId: 'c',
    threshold: {},
  });
  const line = Buffer.from(text);
  const { lineKeys = [] } = classify(`${text}\n`, rules);
  expect(Buffer.from(lineKeys)).toEqual(
    Buffer.from(eventKey({ type: 'alert', id: undefined, timeMs: 0, line })),
  );
});

test('keys change nothing else, and are there only where they are asked for', () => {
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 12 }), (events) => {
      const text = events.map(({ text }) => `${text}\n`).join('[]\n');
      const { lineKeys, ...others } = classify(text, rules);
      expect(lineKeys).toBeDefined();
      expect(classify(text, builtInRules())).toEqual(others);
    }),
  );
});
