/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL writes it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The view of an audit type: its name, with underscores. */
export function viewName(type: string): string {
  return type.replaceAll('-', '_');
}
