/** What can be written: objects keep the order of their members; undefined members are left out. */
export type Yaml =
  | string
  | number
  | boolean
  | readonly Yaml[]
  | { readonly [name: string]: Yaml | undefined };

/** Words that a reader of YAML 1.1 or 1.2 would not take for text. */
const meansElse = /^(?:true|false|yes|no|on|off|y|n|null|~|[-+.]?\d.*|\.inf|\.nan)$/i;
/** Amounts as Kubernetes writes them are no numbers. */
const amount = /^\d+(?:m|Mi|Gi)$/;
const plain = /^[A-Za-z_/](?:[\w./@-]|:(?=[\w/:.]))*(?: [\w./@][\w./@-]*)*$/;

/** Writes a document of YAML in block style, with all text that could be misread in double quotes, as JSON writes it. */
export function renderYaml(document: Yaml): string {
  return `${block(document, 0).trimStart()}\n`;
}

function block(value: Yaml, indent: number): string {
  if (Array.isArray(value)) return listBlock(value as readonly Yaml[], indent);
  if (typeof value === 'object')
    return objectBlock(value as Readonly<Record<string, Yaml | undefined>>, indent);
  return ` ${typeof value === 'string' ? text(value, indent) : String(value)}`;
}

function listBlock(items: readonly Yaml[], indent: number): string {
  if (items.length === 0) return ' []';
  const margin = ' '.repeat(indent);
  // The first line of an item stands behind its dash.
  return items.map((item) => `\n${margin}- ${block(item, indent + 2).trimStart()}`).join('');
}

function objectBlock(members: Readonly<Record<string, Yaml | undefined>>, indent: number): string {
  const present = Object.entries(members).filter((entry): entry is [string, Yaml] => entry[1] !== undefined);
  if (present.length === 0) return ' {}';
  const margin = ' '.repeat(indent);
  return present
    .map(([name, value]) => {
      const inner = typeof value === 'object' && !Array.isArray(value) ? indent + 2 : indent;
      return `\n${margin}${scalar(name)}:${block(value, Array.isArray(value) ? indent + 2 : inner)}`;
    })
    .join('');
}

function text(value: string, indent: number): string {
  // Several lines of plain text, such as a file of JSON, stay lines.
  if (/^[^\s][\u0020-\u007e\n]*[^\s]\n$/.test(value) && !/\s\n/.test(value)) {
    const margin = ' '.repeat(indent + 2);
    return `|\n${value.trimEnd().replaceAll(/^(?!$)/gm, margin)}`;
  }
  return scalar(value);
}

function scalar(value: string): string {
  if (amount.test(value) || (plain.test(value) && !meansElse.test(value))) return value;
  // Line separators are line ends to YAML 1.1; control characters are not allowed as they are.
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
