import { describe, expect, test } from 'vitest';
import { compactDocuments } from '../../../../src/core/lines/documents/compact-documents.ts';
import { detectFormat } from '../../../../src/core/lines/documents/detect-format.ts';
import { openEnvelopes } from '../../../../src/core/lines/unwrap/open-envelopes.ts';
import { NotedContent } from './reading.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

async function eventsOf(text: string, size: number): Promise<string[]> {
  const array = openEnvelopes(inPieces(Buffer.from(text), [size]), ['hits']);
  const pieces: Buffer[] = [];
  for await (const piece of compactDocuments(array, new NotedContent('array')))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString().split('\n').slice(0, -1);
}

const formatOf = async (text: string): Promise<string> =>
  (await detectFormat(inPieces(Buffer.from(text), [1000]), undefined, { envelopes: ['hits'] })).format;

const a = '{"id":1,"hits":[7],"t":"]}\\"[{"}';
const b = '{"id":1.50,"ü":"\\u00fc"}';

describe('events within the document that an API answers', () => {
  test.each<[string, string, string[]]>([
    ['on one line', `{"hits":[${a},${b}]}`, [a, b]],
    ['over several lines', `{\n  "hits": [\n    ${a},\n    ${b}\n  ]\n}\n`, [a, b]],
    [
      'behind other members',
      `{"count": 2, "next": null, "q": "hits", "hits": [${a}], "took": {"ms": [1]}}`,
      [a],
    ],
    ['none', '{"hits":[]}', []],
    ['of several answers, one a line', `{"hits":[${a}]}\n{"hits":[]}\n{"count":1,"hits":[${b}]}\n`, [a, b]],
    ['beside an event by itself', `{"hits":[${a}]}\n${b}\n{"hits":[${b}]}`, [a, b, b]],
  ])('%s', async (_, text, events) => {
    expect(await formatOf(text)).toBe('envelope');
    for (const size of [1, 2, 3, 7, 1000]) expect(await eventsOf(text, size)).toEqual(events);
  });

  test.each([
    ['an event whose array comes later', `{"id":{"x":1},"hits":[${a}]}`],
    ['an array of numbers', '{"hits":[1,2]}'],
    ['another name', `{"rows":[${a}]}`],
    ['an event with the name as a value', '{"type":"hits"}'],
  ])('%s is no such document', async (_, text) => {
    expect(await formatOf(text)).not.toBe('envelope');
  });

  test('a document that is cut is an error, and what came before the cut is delivered', async () => {
    const thrown = await rejectionOf(eventsOf(`{"hits":[${a},${b}`, 1000));
    expect(thrown.code).toBe('source-broken');
  });
});
