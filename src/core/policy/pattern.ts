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

/** Policies are few and are asked often: the patterns of the latest texts are kept. */
const patterns = new Map<string, Pattern>();
const mostPatterns = 5_000;

/** The text as a pattern in which `*` and `?` are wildcards. */
export function withWildcards(text: string): Pattern {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  const pattern = Array.from(text).map((character) => {
    if (character === '*') return anyRun;
    return character === '?' ? anyOne : character;
  });
  if (patterns.size >= mostPatterns) patterns.clear();
  patterns.set(text, pattern);
  return pattern;
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
  // Only what has characters beyond the BMP has to be taken apart.
  const characters = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
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

/** Where a reader of the pattern may stand: before these steps of it, or at its end. */
type Positions = readonly number[];

/** Texts of which each fits another choice of the patterns, the shortest of each choice first found. */
export interface TextSearch {
  /** `ignoreCase`: the pattern is in lower case and fits text in any. */
  patterns: readonly { pattern: Pattern; ignoreCase: boolean }[];
  /** Characters that a text may have; one that no pattern names stands for all such. */
  alphabet: string;
  shortest: number;
}

/** More than policies come to; where it is not enough, the rarest choices are not found. */
const mostStates = 20_000;

/**
 * For every choice of patterns that some text fits (and fits none of the others), a shortest such text: all that conditions
 * on one key can tell apart is told apart by these texts. Breadth first over the patterns read side by side.
 */
export function distinctTexts({ patterns, alphabet, shortest }: TextSearch): string[] {
  const characters = charactersOf(patterns, alphabet);
  const found = new Map<string, string>();
  let front = [{ text: '', states: patterns.map(({ pattern }) => withRuns(pattern, [0])) }];
  const seen = new Set<string>();
  while (front.length > 0 && seen.size < mostStates) {
    const next: typeof front = [];
    for (const { text, states } of front) {
      if (text.length >= shortest) {
        const choice = states.map((at, which) => at.includes(patterns[which]?.pattern.length ?? 0)).join();
        if (!found.has(choice)) found.set(choice, text);
      }
      for (const character of characters) {
        const moved = states.map((at, which) => read(patterns[which], at, character));
        const state = `${Math.min(text.length + 1, shortest)} ${moved.map((at) => at.join()).join(' ')}`;
        if (seen.has(state)) continue;
        seen.add(state);
        next.push({ text: text + character, states: moved });
      }
    }
    front = next;
  }
  return [...found.values()];
}

function charactersOf(patterns: TextSearch['patterns'], alphabet: string): string[] {
  const named = new Set(
    patterns.flatMap(({ pattern, ignoreCase }) =>
      pattern.flatMap((step) => {
        if (typeof step !== 'string') return [];
        return ignoreCase ? [step.toLowerCase(), step.toUpperCase()] : [step];
      }),
    ),
  );
  const allowed = Array.from(alphabet);
  const other = allowed.find((character) => !named.has(character));
  return [...(other === undefined ? [] : [other]), ...allowed.filter((character) => named.has(character))];
}

function read(
  searched: TextSearch['patterns'][number] | undefined,
  at: Positions,
  character: string,
): Positions {
  if (searched === undefined) return [];
  const { pattern, ignoreCase } = searched;
  const asRead = ignoreCase ? character.toLowerCase() : character;
  const moved = at.flatMap((position) => {
    const step = pattern[position];
    if (step === anyRun) return [position];
    return step === anyOne || step === asRead ? [position + 1] : [];
  });
  return withRuns(pattern, moved);
}

/** A `*` may stand for nothing: who stands before it stands behind it as well. */
function withRuns(pattern: Pattern, at: Positions): Positions {
  const all = new Set(at);
  for (const position of all) if (pattern[position] === anyRun) all.add(position + 1);
  return [...all].sort((a, b) => a - b);
}
