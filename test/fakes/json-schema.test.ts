import { expect, test } from 'vitest';
import { promiseErrors, schemaErrors } from './json-schema.ts';

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

test('what a command printed is held against the schema of what it says it is', () => {
  expect(promiseErrors(document)).toEqual([]);
  expect(promiseErrors({ ...document, exists: 1 })).toEqual(['/exists must be boolean']);
  expect(promiseErrors({ report: 'unheard of' })).toEqual(['no schema of unheard of']);
  expect(promiseErrors({ error: { code: 'usage', message: 'No.', cure: null } })).toEqual([
    "/error must have required property 'details'",
  ]);
});
