/**
 * An object as a YAML document. Every string is quoted as in JSON, which YAML reads as it is: 2012-10-17 is no date. Empty lists and
 * objects are written as in JSON.
 */
export function yamlOf(object: object): string {
  return blockOf(object, '');
}

function blockOf(object: object, indent: string): string {
  return Object.entries(object)
    .map(([key, value]) => `${indent}${yamlKey(key)}:${valueOf(value, indent)}`)
    .join('');
}

function valueOf(value: unknown, indent: string): string {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
    return ` ${JSON.stringify(value)}\n`;
  if (Array.isArray(value)) return `\n${value.map((item: unknown) => itemOf(item, indent)).join('')}`;
  if (typeof value === 'object' && value !== null) return `\n${blockOf(value, `${indent}  `)}`;
  return ` ${JSON.stringify(value)}\n`;
}

/** An item of a list: its first member stands beside the dash. */
function itemOf(item: unknown, indent: string): string {
  if (typeof item !== 'object' || item === null) return `${indent}  - ${JSON.stringify(item)}\n`;
  return `${indent}  - ${blockOf(item, `${indent}    `).trimStart()}`;
}

function yamlKey(key: string): string {
  // YAML reads some words as values: `Null:` is no key of that name.
  const isWord = /^(null|true|false|yes|no|on|off|y|n)$/i.test(key);
  return /^[A-Za-z]+$/.test(key) && !isWord ? key : JSON.stringify(key);
}
