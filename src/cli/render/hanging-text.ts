/**
 * Breaks a text at its spaces so that it fits beside or below an indent of so many columns; the first line is not
 * indented. A word that is too long stays whole. `columns` is the width of the terminal; without one, nothing is broken.
 */
export function hangingText(text: string, indent: number, columns: number | undefined): string {
  if (columns === undefined) return text;
  const width = Math.max(columns - indent, 20);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
