import { expect, test } from 'vitest';
import { namedDates } from '../../../../src/core/setup/delivery/named-dates.ts';

test.each([
  ['altr/*/event_date=2027-*/*', '2027-06-15T12'],
  ['altr/*/event_date=2027-*/*', '2027-01-01T00'],
  ['*/event_date=2028-02-29/*', '2028-02-29T12'],
  ['altr/query/2029/03/*', '2029-03-15T12'],
  ['*/20290214T*', '2029-02-14T12'],
  ['*/event_hour=03/*', '2027-01-02T03'],
  ['*/event_date=????-12-25/*', '2027-12-25T12'],
])('%s names %s', (pattern, date) => {
  expect(namedDates(pattern)).toContain(date);
});

test('what is no date is none, and nothing is made of a pattern without digits', () => {
  expect(namedDates('*/event_date=2027-02-30/*')).not.toContain('2027-02-30T12');
  expect(namedDates('altr/*')).toEqual([]);
});
