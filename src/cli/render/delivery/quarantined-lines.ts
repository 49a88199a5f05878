import type { QuarantineLines, ShownLine } from '../../../commands/quarantine/show.ts';
import { formatBytes, formatCount, formatCounted } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import { wrapText } from '../../../core/report/wrap.ts';
import type { Palette } from '../palette.ts';

/** So many lines of the content are shown before and behind the fault, and so many characters of one. */
const aroundLines = 8;
const aroundCharacters = 60;

/** Quarantined lines as text: what is known of each, and its content with the fault marked; all of it with `verbose`. */
export function renderQuarantinedLines(
  { lines, more }: QuarantineLines,
  palette: Palette,
  { verbose, columns }: { verbose: boolean; columns?: number | undefined },
): string {
  if (lines.length === 0) return `${palette.good('Nothing is in quarantine')}\n`;
  const shown = lines.map((line) => [
    ...headLines(line, palette).map((text) => wrapText(text, columns)),
    ...contentLines(line, palette, verbose),
  ]);
  const rest =
    more === 0
      ? []
      : [`${formatCounted(more, 'more line waits', 'more lines wait')}: --limit N shows more of them.`];
  return `${[...shown.map((part) => part.join('\n')), ...rest].join('\n\n')}\n`;
}

function headLines(shown: ShownLine, { strong }: Palette): string[] {
  const { id, source, line, offset, reason, means, detail, cure, type, destination, schemaPath } = shown;
  return [
    `${strong(id)}  ${printable(source)}, line ${formatCount(line)} (byte ${formatCount(offset)}), to ${printable(destination)}`,
    `  ${strong(reason)}: ${means}${type === null ? '' : ` (${printable(type)})`}: ${printable(detail)}`,
    ...(schemaPath === null ? [] : [`  rule  ${printable(schemaPath)}`]),
    `  → ${cure}`,
  ];
}

function contentLines({ content, bytes }: ShownLine, { bad, faint }: Palette, verbose: boolean): string[] {
  const { lines, fault } = content;
  const at = fault?.line ?? 0;
  const first = verbose ? 0 : Math.max(0, at - aroundLines);
  const last = verbose ? lines.length : Math.min(lines.length, at + aroundLines + 1);
  const middle = lines.slice(first, last).flatMap((text, index) => {
    if (fault === undefined || first + index !== at) return [`    ${window(text, 0, verbose).text}`];
    const { text: part, column } = window(text, fault.column, verbose);
    return [`  ${bad('>')} ${part}`, `    ${' '.repeat(column)}${bad('^')}`];
  });
  const left = (count: number): string[] =>
    count === 0 ? [] : [faint(`    … ${formatCounted(count, 'line', 'lines')}, shown with --verbose`)];
  const isCut = lines.length === 1 && (lines[0]?.length ?? 0) < bytes / 4;
  return [
    ...left(first),
    ...middle,
    ...left(lines.length - last),
    ...(isCut ? [faint(`    … of ${formatBytes(bytes)}`)] : []),
  ];
}

/** The part of a text around a character of it, and where that stands in the part. */
function window(text: string, column: number, verbose: boolean): { text: string; column: number } {
  const first = verbose || column <= aroundCharacters ? 0 : column - aroundCharacters;
  const last = verbose ? text.length : column + aroundCharacters;
  const before = first > 0 ? '…' : '';
  const part = `${before}${printable(text.slice(first, last))}${last < text.length ? '…' : ''}`;
  return { text: part, column: before.length + printable(text.slice(first, column)).length };
}
