import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childrenNamed, readXml, textAt, XmlError } from '../../../../src/adapters/emulator/xml/read-xml.ts';
import { writeXml } from '../../../../src/adapters/emulator/xml/write-xml.ts';

describe('XML', () => {
  test('what is written is read back, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/[\uD800-\uDFFF]/u.test(text));
        const root = readXml(
          writeXml('Root', { Item: [{ Key: text }, { Key: 'b' }], Left: undefined }, 'urn:x'),
        );
        expect(childrenNamed(root, 'Item').map((item) => item.children[0]?.text)).toEqual([text, 'b']);
      }),
    );
  });

  test('prefixes, attributes, comments, CDATA and declarations are understood', () => {
    const text = '<?xml version="1.0"?><!-- c --><x:A xmlns:x="u" b="1"><B/><C><![CDATA[<&]]></C></x:A>';
    const root = readXml(text);
    expect(root.name).toBe('A');
    expect(textAt(root, 'C')).toBe('<&');
    expect(textAt(root, 'B')).toBe('');
    expect(textAt(root, 'D')).toBeUndefined();
  });

  test.each([
    ['an open element', '<A>'],
    ['elements that cross', '<A><B></A></B>'],
    ['two roots', '<A/><B/>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY e "x">]><A>&e;</A>'],
    ['an unknown entity', '<A>&e;</A>'],
    ['deep nesting', '<A>'.repeat(100) + '</A>'.repeat(100)],
    ['nothing', ''],
    ['no XML', '{"a":1}'],
  ])('%s is refused', (_name, text) => {
    expect(() => readXml(text)).toThrow(XmlError);
  });
});
