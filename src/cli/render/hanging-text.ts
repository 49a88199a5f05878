import { wrapLine } from '../../core/report/wrap.ts';

/**
 * Breaks a text at its spaces so that it fits beside or below an indent of so many columns; the first line is not
 * indented. `columns` is the width of the terminal; without one, nothing is broken.
 */
export function hangingText(text: string, indent: number, columns: number | undefined): string {
  if (columns === undefined) return text;
  const first = `${' '.repeat(indent)}${text}`;
  return wrapLine(first, Math.max(columns, indent + 20), indent)
    .join('\n')
    .slice(indent);
}
