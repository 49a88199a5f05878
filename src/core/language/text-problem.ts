/** What is wrong with the length of a text; undefined where nothing is. */
export function lengthProblem(text: string, least: number, most: number): string | undefined {
  if (text.length < least) return text === '' ? 'it is empty' : `it has only ${text.length} characters`;
  return text.length > most ? `it has ${text.length} characters` : undefined;
}

/** The first character that is not allowed, and what is said of it; undefined where all are. */
export function characterProblem(text: string, allowed: RegExp, what: string): string | undefined {
  const bad = Array.from(text).find((character) => !allowed.test(character));
  if (bad === undefined) return undefined;
  return `${bad === ' ' ? 'a space' : JSON.stringify(bad)} ${what}`;
}
