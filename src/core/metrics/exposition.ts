/** One value: its labels in the order in which they stand. */
export interface Sample {
  name: string;
  labels: readonly (readonly [name: string, value: string])[];
  value: number;
}

/** One metric with all its values. */
export interface Family {
  name: string;
  type: string;
  help: string;
  samples: Sample[];
}

const header = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/y;
const types = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const suffixes = /_(?:bucket|sum|count)$/;

/**
 * Reads metrics in Prometheus' text format (version 0.0.4), strictly: HELP and TYPE before the values, no time stamps, each
 * series once. Throws an Error that names the line and what is wrong with it.
 */
export function parseExposition(text: string): Family[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line is cut');
  const reader = new ExpositionReader();
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const wrong = reader.take(line);
    if (wrong !== undefined) throw new Error(`line ${index + 1}: ${wrong}`);
  }
  return reader.families();
}

/** Takes line after line; answers with what is wrong with one. */
class ExpositionReader {
  readonly #families = new Map<string, Family>();
  readonly #series = new Set<string>();
  readonly #helped = new Set<string>();

  take(line: string): string | undefined {
    if (line === '') return undefined;
    const [, keyword, name, rest] = header.exec(line) ?? [];
    if (name === undefined || rest === undefined) return this.#takeSample(line);
    const family = this.#families.get(name) ?? { name, type: '', help: '', samples: [] };
    this.#families.set(name, family);
    if (family.samples.length > 0) return `${keyword} after a value of ${name}`;
    return keyword === 'HELP' ? this.#takeHelp(family, rest) : this.#takeType(family, rest);
  }

  families(): Family[] {
    return [...this.#families.values()];
  }

  #takeHelp(family: Family, text: string): string | undefined {
    if (this.#helped.has(family.name)) return `a second HELP of ${family.name}`;
    this.#helped.add(family.name);
    family.help = unescape(text);
    return undefined;
  }

  #takeType(family: Family, type: string): string | undefined {
    if (family.type !== '') return `a second TYPE of ${family.name}`;
    family.type = type;
    return types.has(type) ? undefined : `no type: ${type}`;
  }

  #takeSample(line: string): string | undefined {
    const read = parseSample(line);
    if (read === undefined) return 'neither HELP, TYPE nor a value';
    const key = seriesKey(read);
    if (this.#series.has(key)) return 'a series that was there before';
    this.#series.add(key);
    const family = this.#families.get(read.name) ?? this.#families.get(read.name.replace(suffixes, ''));
    if (family === undefined || family.type === '') return 'a value without a TYPE before it';
    family.samples.push(read);
    return undefined;
  }
}

function parseSample(line: string): Sample | undefined {
  const [, name, inBraces = '', number = ''] = sample.exec(line) ?? [];
  const value = numberOf(number);
  if (name === undefined || value === undefined) return undefined;
  const labels: [string, string][] = [];
  label.lastIndex = 0;
  while (label.lastIndex < inBraces.length) {
    const [, labelName, escaped] = label.exec(inBraces) ?? [];
    if (labelName === undefined || escaped === undefined) return undefined;
    labels.push([labelName, unescape(escaped)]);
  }
  return { name, labels, value };
}

function numberOf(text: string): number | undefined {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([\\"n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function escape(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}

/** What tells two series apart: name and labels, whatever the order of these. */
export function seriesKey({ name, labels }: Pick<Sample, 'name' | 'labels'>): string {
  return JSON.stringify([name, labels.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Writes metrics in Prometheus' text format. */
export function renderExposition(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(renderSample);
      return [`# HELP ${name} ${escape(help)}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
    })
    .map((text) => `${text}\n`)
    .join('\n');
}

function renderSample({ name, labels, value }: Sample): string {
  const inBraces = labels.map(
    ([label, text]) => `${label}="${escape(text).replaceAll('"', String.raw`\"`)}"`,
  );
  const number = value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
  return `${name}${inBraces.length === 0 ? '' : `{${inBraces.join(',')}}`} ${number}`;
}
