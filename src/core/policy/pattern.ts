/** `*` in a pattern: any run of characters, none included. */
const anyRun: unique symbol = Symbol('*');
/** `?` in a pattern: any one character. */
const anyOne: unique symbol = Symbol('?');

/** A pattern taken apart, so that a `*` which came in through a variable can stay a plain character. */
export type Pattern = readonly (string | typeof anyRun | typeof anyOne)[];

/** The text as a pattern that matches itself alone. */
export function literal(text: string): Pattern {
  return Array.from(text);
}

/** The text as a pattern in which `*` and `?` are wildcards. */
export function withWildcards(text: string): Pattern {
  return Array.from(text).map((character) => {
    if (character === '*') return anyRun;
    return character === '?' ? anyOne : character;
  });
}

/** The pattern as text again, for comparisons that know no wildcards. */
export function plainText(pattern: Pattern): string {
  return pattern
    .map((step) => {
      if (step === anyRun) return '*';
      return step === anyOne ? '?' : step;
    })
    .join('');
}

/** Cuts the pattern at its first `limit - 1` colons, as `arn:partition:service:region:account:resource` is cut. */
export function splitAtColons(pattern: Pattern, limit: number): Pattern[] {
  const fields: Pattern[] = [];
  let from = 0;
  for (const [at, step] of pattern.entries()) {
    if (fields.length === limit - 1) break;
    if (step !== ':') continue;
    fields.push(pattern.slice(from, at));
    from = at + 1;
  }
  fields.push(pattern.slice(from));
  return fields;
}

/**
 * Whether the whole text fits the pattern. Only the latest `*` is ever taken up again, so a hostile pattern costs at most
 * its length times the text's length, never more.
 */
export function matches(pattern: Pattern, text: string): boolean {
  const characters = Array.from(text);
  let at = 0;
  let read = 0;
  let run = -1;
  let resume = 0;
  while (read < characters.length) {
    const step = pattern[at];
    if (step === anyRun) {
      run = at;
      resume = read;
      at += 1;
    } else if (step === anyOne || step === characters[read]) {
      at += 1;
      read += 1;
    } else if (run >= 0) {
      resume += 1;
      read = resume;
      at = run + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === anyRun) at += 1;
  return at === pattern.length;
}
