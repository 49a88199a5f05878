/** A command up to its last flag stays in one piece: a terminal breaks it itself, and what is copied from there can be pasted. */
const pieces =
  /audit-export(?: [a-z-]+)?(?:(?: [^\s;,()|]+)*? --?[a-z][\w-]*(?:[ =](?:'[^']*'|[^\s;,()|]+))?)*|\S+/g;

/**
 * Breaks a line at its spaces so that it fits the columns there are; what follows is indented by `hanging` (as the line is, and a
 * bit more, if nothing is said). A word that is too long stays whole, and so does a command.
 */
export function wrapLine(line: string, columns: number, hanging?: number): string[] {
  if (line.length <= columns) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const below = ' '.repeat(hanging ?? indent.length + 2);
  const lines: string[] = [];
  let current = '';
  let at = indent.length;
  for (const found of line.slice(indent.length).matchAll(pieces)) {
    const [piece] = found;
    const start = indent.length + found.index;
    const spaces = line.slice(at, start);
    at = start + piece.length;
    if (current === '') current = `${indent}${piece}`;
    else if (spaces === '' || current.length + spaces.length + piece.length <= columns)
      current += `${spaces}${piece}`;
    else {
      lines.push(current);
      current = `${below}${piece}`;
    }
  }
  return [...lines, current];
}

/** Breaks each line of a text at its spaces. `columns` is the width of the terminal; without one, nothing is broken. */
export function wrapText(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .join('\n');
}
