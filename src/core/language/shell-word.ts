const plainWord = /^[\w@%+=:,./-]+$/;

/** Whether a shell takes the text as it is. */
export function isPlainWord(text: string): boolean {
  return plainWord.test(text);
}

/** A word for a POSIX shell, whatever is in it: as it is where it can be, else in single quotes. */
export function shellWord(text: string): string {
  return isPlainWord(text) ? text : quoted(text);
}

/** A word in single quotes, for text that another program reads in its own way when it is bare (such as zsh's completion). */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
