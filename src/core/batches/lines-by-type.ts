import type { SourceAccount } from '../push/source-part.ts';

/** Lines taken on from a source, by the name of their audit type. */
export function acceptedByType(
  { accepted }: SourceAccount,
  types: readonly string[],
): Record<string, number> {
  return Object.fromEntries([...accepted].map(([index, lines]) => [types[index] ?? '', lines]));
}

/** Adds numbers by name. */
export function sum(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [name, lines] of Object.entries(b)) total[name] = (total[name] ?? 0) + lines;
  return total;
}

/** Takes numbers by name away; what comes to nothing is left out. */
export function difference(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const rest = Object.entries(a).map(([name, lines]) => [name, lines - (b[name] ?? 0)] as const);
  return Object.fromEntries(rest.filter(([, lines]) => lines > 0));
}
