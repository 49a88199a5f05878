import { wrapLine } from './wrap.ts';

/**
 * Text below the flags of a command, for so many columns: paragraphs are filled anew, and indented lines, which are commands, are
 * broken where a shell goes on reading.
 */
export function wrapHelp(text: string, columns: number): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) lines.push(...wrapLine(paragraph.join(' '), columns, 0));
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const isProse = line !== '' && !line.startsWith(' ');
    if (isProse && !line.endsWith(':')) {
      paragraph.push(line);
      continue;
    }
    if (isProse) paragraph.push(line);
    endParagraph();
    if (!isProse) lines.push(...wrapCommand(line, columns));
  }
  endParagraph();
  return lines.join('\n');
}

/** Words of a shell: what stands in quotes belongs together, and so do a flag and its value. */
const shellWords = /(?:-{1,2}[a-z][\w-]* (?=[^-|>&;])|[|>&]+ )?(?:"[^"]*"|'[^']*'|[^\s"'])+/g;

/** Breaks a command before one of its words; what is said of it behind a # stands above it then. */
function wrapCommand(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const [, indent = '', command = '', remark] = /^( *)(.*?)(?: +(# .*))?$/.exec(line) ?? [];
  const lines: string[] = [];
  let current = indent;
  for (const [word] of command.matchAll(shellWords)) {
    const isFirst = current.trim() === '';
    if (!isFirst && current.length + 1 + word.length > columns - 2) {
      lines.push(`${current} \\`);
      current = `${indent}    ${word}`;
    } else current += isFirst ? word : ` ${word}`;
  }
  return [...(remark === undefined ? [] : wrapLine(`${indent}${remark}`, columns)), ...lines, current];
}
