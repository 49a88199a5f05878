import type { QuarantineList } from '../../commands/quarantine/list.ts';
import { formatCount, formatCounted } from '../../core/report/format.ts';
import { printable } from '../../core/report/printable.ts';
import type { Palette } from './palette.ts';

/** The quarantine as text: each reason with its cure and the first few lines; `replay` is the command that clears it. */
export function renderQuarantineList(
  { folders, lines, groups }: QuarantineList,
  replay: string,
  { strong, faint, good }: Palette,
): string {
  if (lines === 0) return `${good('Nothing is in quarantine')}\n`;
  const parts = groups.map((group) => {
    const samples = group.samples.map(
      ({ source, line, offset, detail, type }) =>
        `    ${printable(source)}, line ${formatCount(line)} (byte ${formatCount(offset)})${type === undefined ? '' : `, ${type}`}: ${printable(detail)}`,
    );
    const more =
      group.lines > samples.length
        ? [faint(`    … and ${formatCount(group.lines - samples.length)} more`)]
        : [];
    return [
      `${strong(group.reason)}: ${group.means}, ${formatCounted(group.lines, 'line', 'lines')}`,
      ...samples,
      ...more,
      `  → ${group.cure}`,
    ].join('\n');
  });
  return `${[`${formatCounted(lines, 'line is', 'lines are')} in quarantine in ${folders.join(', ')}`, ...parts, `After a fix: ${replay}`].join('\n\n')}\n`;
}
