/** What an XML element can hold: text, children by name, or a list, which repeats the element. `undefined` leaves it out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Renders one document: the root element with its name space, as the AWS services send it. */
export function writeXml(root: string, content: XmlValue, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inside(content)}</${root}>`;
}

function inside(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeText(String(value));
  return Object.entries(value)
    .map(([name, child]: [string, XmlValue]) => element(name, child))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item: XmlValue) => element(name, item)).join('');
  return `<${name}>${inside(value)}</${name}>`;
}

/** Control characters are written as references, which XML 1.0 parsers refuse: S3 does the same (hence `encoding-type=url`). */
function escapeText(text: string): string {
  // eslint-disable-next-line no-control-regex -- object keys may hold control characters.
  return text.replaceAll(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (character) => {
    return escapes[character] ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}
