/** Readers of what schedules are written in, after the manuals, to see what would be run. */

/** The words of a command line in a unit of systemd, with its specifiers and variables (systemd.service(5)). */
export function systemdWords(line: string, variables: Readonly<Record<string, string>> = {}): string[] {
  const words = line.match(/(?:[^\s\\"']|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/gu) ?? [];
  const [program = '', ...others] = words.map(unquoted).map((word) => word.replaceAll('%%', '%'));
  const replaced = others.map((word) =>
    word.replaceAll(/\$(?:\$|\{(\w+)\})/g, (_, name?: string) =>
      name === undefined ? '$' : (variables[name] ?? ''),
    ),
  );
  return [program, ...replaced];
}

/** Without its quotes, wherever they stand, and with each escaped character as itself. */
function unquoted(word: string): string {
  let quote = '';
  return word.replaceAll(/\\(.)|["']/gu, (found, escaped?: string) => {
    if (escaped !== undefined) return escaped;
    if (quote !== '' && quote !== found) return found;
    quote = quote === '' ? found : '';
    return '';
  });
}

/**
 * What cron hands to the shell: an unescaped % ends the command (crontab(5)). `strict` is Vixie's, which takes the backslash off
 * `\\` too; Cronie leaves it.
 */
export function cronCommand(text: string, strict: boolean): string {
  let command = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '%') return command;
    const next = text[at + 1];
    if (character === '\\' && next !== undefined) {
      const unescaped = next === '%' || (strict && next === '\\');
      command += unescaped ? next : character + next;
      at++;
    } else {
      command += character;
    }
  }
  return command;
}

/** What the kubelet makes of an argument: `$(NAME)` is replaced, `$$` is a $ (third_party/forked/golang/expansion). */
export function expandedByKubelet(text: string): string {
  return text.replaceAll(/\$(?:\$|\((\w+)\))/g, (_, name?: string) =>
    name === undefined ? '$' : `<${name}>`,
  );
}
