/**
 * Takes the variables out that are empty: compose files and charts hand through what is not set, and an empty one is not set,
 * for us and for all that read the environment themselves, the SDK above all.
 */
export function dropEmpty(environment: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(environment)) if (value === '') delete environment[name];
}
