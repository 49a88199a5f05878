/** One element of a parsed document; text is what stands directly in it. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** The text is not well-formed XML, or uses what request bodies never need (document types, deep nesting). */
export class XmlError extends Error {}

const maxDepth = 32;
const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Parses a request body, which is hostile input: no document types, no entities beyond the five of XML.
 * Attributes are dropped and name-space prefixes cut off, as no S3 body gives them a meaning. Throws `XmlError`.
 */
export function readXml(source: string): XmlElement {
  const document: XmlElement = { name: '', children: [], text: '' };
  const open: XmlElement[] = [document];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const match = token.exec(source);
    if (match === null) throw new XmlError('not well-formed');
    take(match, open);
  }
  const [root, ...others] = document.children;
  if (open.length !== 1 || root === undefined || others.length > 0) throw new XmlError('not well-formed');
  return root;
}

function take(match: RegExpExecArray, open: XmlElement[]): void {
  const [, cdata, slash, qualifiedName, , selfClosing, text] = match;
  const current = open.at(-1);
  if (current === undefined) throw new XmlError('not well-formed');
  if (cdata !== undefined) current.text += cdata;
  else if (text !== undefined) current.text += unescapeText(text);
  else if (qualifiedName !== undefined) {
    const name = qualifiedName.slice(qualifiedName.indexOf(':') + 1);
    if (slash === '/') close(name, open);
    else openElement(name, selfClosing === '/', open);
  }
}

function openElement(name: string, empty: boolean, open: XmlElement[]): void {
  const element: XmlElement = { name, children: [], text: '' };
  open.at(-1)?.children.push(element);
  if (empty) return;
  if (open.length > maxDepth) throw new XmlError('nested too deep');
  open.push(element);
}

function close(name: string, open: XmlElement[]): void {
  if (open.pop()?.name !== name || open.length === 0) throw new XmlError('not well-formed');
}

function unescapeText(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole: string, entity: string) => {
    if (!entity.startsWith('#')) {
      const character = named[entity];
      if (character === undefined) throw new XmlError(`unknown entity ${whole}`);
      return character;
    }
    const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    if (code > 0x10_ff_ff) throw new XmlError(`no such character ${whole}`);
    return String.fromCodePoint(code);
  });
}

/** The text at a path of child names, trimmed; undefined where an element on the way is missing. */
export function textAt(element: XmlElement, ...path: readonly string[]): string | undefined {
  let current: XmlElement | undefined = element;
  for (const name of path) current = current?.children.find((child) => child.name === name);
  return current?.text.trim();
}

/** All children of that name. */
export function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}
