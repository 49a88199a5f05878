import { describe, expect, test } from 'vitest';
import { dayLayout, hourLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const at = Date.UTC(2026, 0, 9, 7, 59, 59, 999);

describe('a layout leads to the folder that its template shows', () => {
  test.each([
    [dayLayout, 'day', 'audit_type=query/event_date=2026-01-09'],
    [hourLayout, 'hour', 'audit_type=query/event_date=2026-01-09/event_hour=07'],
    ['{type}/{yyyy}/{MM}/{dd}', 'day', 'query/2026/01/09'],
    ['{type}/{yyyy}/{MM}/{dd}/{HH}', 'hour', 'query/2026/01/09/07'],
    ['{yyyy}/{MM}/{dd}', 'day', '2026/01/09'],
    ['{yyyy}/{MM}', 'month', '2026/01'],
    ['{yyyy}{MM}', 'month', '202601'],
    ['{yyyy}', 'year', '2026'],
    ['{date}', 'day', '2026-01-09'],
    ['{date}-{HH}', 'hour', '2026-01-09-07'],
    ['{HH}/{date}/{type}', 'hour', '07/2026-01-09/query'],
    ['{date}/{MM}', 'day', '2026-01-09/01'],
    ["log (a)!*'=,:@+ b/{date}", 'day', "log (a)!*'=,:@+ b/2026-01-09"],
    ['a_b/{date}', 'day', 'a_b/2026-01-09'],
    ['audit_type={type}{type}/{date}', 'day', 'audit_type=queryquery/2026-01-09'],
    ['AWSLogs/{yyyy}/{MM}/{dd}/x', 'day', 'AWSLogs/2026/01/09/x'],
  ])('%s', (template, granularity, folder) => {
    const layout = parseLayout(template);
    expect(layout.granularity).toBe(granularity);
    expect(layout.byType).toBe(template.includes('{type}'));
    expect(renderLayout(layout, 'query', at)).toBe(folder);
  });

  test('the time is UTC to the last millisecond of the day', () => {
    const layout = parseLayout(hourLayout);
    expect(renderLayout(layout, 'query', Date.UTC(2024, 1, 29, 23, 59, 59, 999))).toContain(
      'event_date=2024-02-29/event_hour=23',
    );
    expect(renderLayout(layout, 'query', Date.UTC(2024, 1, 29, 24))).toContain(
      'event_date=2024-03-01/event_hour=00',
    );
  });
});

describe('a template that can not be used is refused, and the error says why', () => {
  test.each([
    ['no time', 'audit_type={type}', 'no time in it'],
    ['nothing at all', '', 'empty'],
    ['a folder that no file system takes', `${'a'.repeat(201)}/{date}`, 'longer than 200'],
    ['no placeholder', 'export', 'no time in it'],
    ['an unknown placeholder', '{type}/{day}', 'no {day}'],
    ['a placeholder in another case', '{Type}/{date}', 'no {Type}'],
    ['a name that all objects have', '{constructor}/{date}', 'no {constructor}'],
    ['an empty placeholder', '{}/{date}', 'no {}'],
    ['an open brace', '{type/{date}', 'brace'],
    ['a brace too many', '{date}}', 'brace'],
    ['hours without a day', '{yyyy}/{MM}/{HH}', '{HH} alone'],
    ['hours alone', '{HH}', '{HH} alone'],
    ['days without a month', '{yyyy}/{dd}', '{dd} alone'],
    ['months without a year', '{MM}', '{MM} alone'],
    ['the folder above', '../{date}', '".."'],
    ['the folder above, within', 'a/../{date}', '".."'],
    ['the folder above, at the end', '{date}/..', '".."'],
    ['the same folder', './{date}', '".."'],
    ['a slash at the beginning', '/{date}', 'empty'],
    ['a slash at the end', '{date}/', 'empty'],
    ['two slashes', 'a//{date}', 'empty'],
    ['an escaped dot', '%2e%2e/{date}', 'not safe'],
    ['a backslash', String.raw`..\{date}`, 'not safe'],
    ['a line end', 'a\n/{date}', 'not safe'],
    ['a line end behind it all', '{date}\n', 'not safe'],
    ['a NUL byte', 'a\0/{date}', 'not safe'],
    ['a letter outside ASCII', 'prüfung/{date}', 'not safe'],
    ['a name of the tool', '_audit-export/{date}', "tool's own"],
    ['a name of the tool made with a placeholder', '_{date}', "tool's own"],
    ['a home folder', '~/{date}', 'not safe'],
    ['a variable of the shell', '$HOME/{date}', 'not safe'],
  ])('%s: %j', (_, template, why) => {
    const error = thrownBy(() => parseLayout(template));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(JSON.stringify(template));
    expect(error.message).toContain(why);
    expect(error.cure).toContain('--layout');
  });
});

describe('no folder has a name that Hive, Athena and Spark skip', () => {
  test.each(['logs/_{type}/{date}', 'logs/.{type}/{date}', '.hidden/{date}', '{date}/_x'])(
    '%s is refused',
    (template) => {
      expect(thrownBy(() => parseLayout(template)).code).toBe('usage');
    },
  );
});
