import type { QuarantineList, QuarantineSample } from '../../../commands/quarantine/list.ts';
import { formatCount, formatCounted } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import type { Palette } from '../palette.ts';

/** The quarantine as text: each reason with its cure and the first few lines; `replay` are the commands that clear it. */
export function renderQuarantineList(
  { folders, lines, groups, destinations }: QuarantineList,
  replay: readonly string[],
  { strong, faint, good }: Palette,
): string {
  const [folder, ...others] = folders;
  const where = folder !== undefined && others.length === 0 ? ` in ${folder}` : '';
  if (lines === 0) return `${good(`Nothing is in quarantine${where}`)}\n`;
  const parts = groups.map((group) => {
    const samples = group.samples.map((sample) => `    ${sampleLine(sample, destinations.length > 1)}`);
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
  const ways = destinations.map(
    ({ text, lines }) => `  ${formatCounted(lines, 'line', 'lines')} on the way to ${printable(text)}`,
  );
  const head = [`${formatCounted(lines, 'line is', 'lines are')} in quarantine${where}`, ...ways];
  const after =
    replay.length === 1
      ? `After a fix: ${replay.join('')}`
      : ['After a fix:', ...replay.map((command) => `  ${command}`)].join('\n');
  return `${[head.join('\n'), ...parts, after].join('\n\n')}\n`;
}

function sampleLine(
  { id, source, line, offset, detail, type, destination }: QuarantineSample,
  isOneOfSeveral: boolean,
): string {
  const place = `${printable(source)}, line ${formatCount(line)} (byte ${formatCount(offset)})`;
  const words = [place, ...(type === undefined ? [] : [type])].join(', ');
  return `${id}  ${words}${isOneOfSeveral ? ` → ${printable(destination)}` : ''}: ${printable(detail)}`;
}
