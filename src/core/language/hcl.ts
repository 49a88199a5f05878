/** An expression that stands as it is, not as a string. */
interface Expression {
  readonly expression: (indent: string) => string;
}

/** A reference such as `aws_sns_topic.alerts.arn`, or any other expression that is written as it is. */
export function reference(text: string): Expression {
  return { expression: () => text };
}

/** A call of a function, such as `jsonencode({…})`. */
export function call(name: string, argument: unknown): Expression {
  return { expression: (indent) => `${name}(${expressionOf(argument, indent)})` };
}

/** A block at the top of a file: its head, its arguments, and the blocks within it. Numbers and truth values stay such. */
export function block(
  head: string,
  members: readonly (readonly [string, unknown])[],
  inner: readonly string[] = [],
): string {
  const nested = inner.map((text) => `\n${text.replaceAll(/^(?=.)/gm, '  ')}`).join('');
  return `${head} {\n${argumentsOf(members, '  ')}${nested}}\n`;
}

function argumentsOf(members: readonly (readonly [string, unknown])[], indent: string): string {
  const texts = members.map(([name, value]) => [hclKey(name), expressionOf(value, indent)] as const);
  const widths = columnWidths(texts);
  return texts
    .map(([name, text], index) => `${indent}${name.padEnd(widths[index] ?? 0)} = ${text}\n`)
    .join('');
}

/** `terraform fmt` lines up neighbouring arguments; one that runs over several lines ends the group. */
function columnWidths(texts: readonly (readonly [string, string])[]): number[] {
  const widths: number[] = [];
  for (let from = 0; from < texts.length;) {
    let to = from;
    while (to < texts.length && !(texts[to]?.[1] ?? '').includes('\n')) to++;
    const group = to === from ? [from] : Array.from({ length: to - from }, (_, at) => from + at);
    const width = Math.max(...group.map((at) => (texts[at]?.[0] ?? '').length));
    for (const at of group) widths[at] = width;
    from += group.length;
  }
  return widths;
}

function expressionOf(value: unknown, indent: string): string {
  if (isExpression(value)) return value.expression(indent);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((item: unknown) => `${inner}${expressionOf(item, inner)},\n`).join('')}${indent}]`;
  if (typeof value === 'object' && value !== null)
    return `{\n${argumentsOf(Object.entries(value), inner)}${indent}}`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : hclString(String(value));
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'expression' in value;
}

/** Terraform language, "Strings and Templates": `${` and `%{` are written doubled. */
function hclString(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

function hclKey(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : hclString(name);
}
