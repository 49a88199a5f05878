import { expect, test } from 'vitest';
import { schemaErrors } from './json-schema.ts';

const document = { report: 'config-path', version: 1, file: 'c.json', exists: true, places: [] };

test('a document that matches has no errors', () => {
  expect(schemaErrors('config-path', document)).toEqual([]);
});

test('every mismatch is named by its place', () => {
  expect(schemaErrors('config-path', { ...document, exists: 1, more: 2 })).toEqual([
    ' must NOT have additional properties',
    '/exists must be boolean',
  ]);
});
