import { isPlainWord } from '../language/shell-word.ts';

/**
 * A word for the command of a crontab. Cron itself reads it before the shell does: a % is a line end unless it is escaped
 * (crontab(5)), and some crons take a backslash off `\\` as well, others do not; so none stands before another.
 */
export function cronWord(text: string): string {
  if (isPlainWord(text)) return text.replaceAll('%', String.raw`\%`);
  const quoted = text.replaceAll(/['\\]/g, (character) => (character === "'" ? `'"'"'` : `\\''`));
  return `'${quoted.replaceAll('%', String.raw`\%`)}'`;
}

/**
 * A word of a command line in a unit of systemd (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers").
 * `program` is the first word, in which a $ is a $.
 */
export function systemdWord(text: string, program = false): string {
  const escaped = escapeUnit(text);
  return quoteUnit(program ? escaped : escaped.replaceAll('$', '$$$$'), text);
}

/** A path in a list of paths of a unit of systemd. */
export function systemdPath(text: string): string {
  return quoteUnit(escapeUnit(text), text);
}

/** The value of `Environment=` of a unit of systemd: `NAME=value` as one word. */
export function systemdAssignment(name: string, text: string): string {
  return quoteUnit(escapeUnit(`${name}=${text}`), text);
}

function escapeUnit(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('%', '%%');
}

function quoteUnit(escaped: string, text: string): string {
  return /^[\w@+=:,./%${}-]+$/.test(text) ? escaped : `"${escaped}"`;
}

/** A word of a container's arguments: the kubelet replaces $(NAME), and takes $$ for a $. */
export function kubernetesWord(text: string): string {
  return text.replaceAll('$', '$$$$');
}
