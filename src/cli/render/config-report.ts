import type { ConfigChange } from '../../commands/config/set.ts';
import type { ConfigReport, ShownSetting } from '../../commands/config/show.ts';
import { layoutTable } from '../../core/report/table.ts';
import type { Palette } from './palette.ts';

/** The merged settings as a table, each with its origin; then what the set-up keeps. */
export function renderConfigReport(report: ConfigReport, { strong, faint }: Palette): string {
  const { file, profile, state, role, setup, settings } = report;
  const head = [
    ['Configuration', file ?? 'none'],
    ['Profile', profile === null ? 'none' : `${profile}${state === null ? '' : ` (${state})`}`],
  ];
  const rows = settings.map((setting) => [setting.name, setting.written ?? '-', originOf(setting)]);
  const fixed = [
    ...(role === null
      ? []
      : [
          ['role', role.arn],
          ['external id', role.externalId ?? 'none'],
        ]),
    ...Object.entries(setup ?? {}).map(([name, value]) => [name, shownValue(value)]),
  ];
  const table = layoutTable([['Setting', 'Value', 'From'], ...rows], 3).map((line, index) =>
    index === 0 ? strong(line) : line,
  );
  const setUp =
    fixed.length === 0 ? [] : ['', strong('Set-up (changed by audit-export init)'), ...layoutTable(fixed, 2)];
  const none = settings.every(({ from }) => from === 'default' || from === 'nowhere');
  const hint = none ? ['', faint('Nothing is configured yet: audit-export init makes a profile.')] : [];
  return `${[...layoutTable(head, 2), '', ...table, ...setUp, ...hint].join('\n')}\n`;
}

function originOf({ from, place }: ShownSetting): string {
  switch (from) {
    case 'default':
      return 'default';
    case 'nowhere':
      return '';
    default:
      return place;
  }
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, text]) => `${key}=${String(text)}`)
      .join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What `config set` has changed, in one line. */
export function renderConfigChange({ profile, name, before, after, file }: ConfigChange): string {
  return `${profile}: ${name} ${shownValue(before)} → ${after === null ? 'default' : shownValue(after)} (${file})\n`;
}
