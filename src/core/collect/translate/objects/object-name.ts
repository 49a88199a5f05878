/**
 * One part of a dotted name, and whether it stood in quotes.
 * https://docs.snowflake.com/en/sql-reference/identifiers-syntax
 */
interface NamePart {
  text: string;
  quoted: boolean;
}

/** Cuts a dotted name at the dots outside of quotes. Undefined where quotes are not closed, or a part is empty. */
export function namePartsOf(name: string): NamePart[] | undefined {
  const parts: NamePart[] = [];
  const part = /"((?:[^"]|"")*)"|([^".]+)/y;
  for (let at = 0; ; at += 1) {
    part.lastIndex = at;
    const found = part.exec(name);
    if (found === null) return undefined;
    const [, quoted, plain = ''] = found;
    parts.push(
      quoted === undefined
        ? { text: plain, quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    at = part.lastIndex;
    if (at === name.length) return parts;
    if (name[at] !== '.') return undefined;
  }
}

/** The database of a fully qualified name, as stored: the first identifier, without its quotes. */
export function databaseOf(objectName: string): string {
  return namePartsOf(objectName)?.[0]?.text ?? objectName.split('.', 1)[0] ?? objectName;
}

/** How a name that a person wrote is found: what it means in SQL, and letter by letter, as Snowflake shows it. */
export interface WrittenName {
  meant: string;
  shown: string;
}

/** The name of an object as a person writes it: parts without quotes mean upper case, those in quotes what they say. */
export function writtenObjectName(name: string): WrittenName {
  const parts = namePartsOf(name) ?? [{ text: name, quoted: false }];
  return {
    meant: keyOf(parts.map(({ text, quoted }) => (quoted ? text : text.toUpperCase()))),
    shown: keyOf(parts.map(({ text }) => text)),
  };
}

/** The name of an object as Snowflake gives it: as it is stored, some parts in quotes. */
export function storedObjectKey(name: string): string {
  return keyOf((namePartsOf(name) ?? [{ text: name }]).map(({ text }) => text));
}

/** The name of a user as a person writes it: one identifier, dots and all. */
export function writtenUserName(name: string): WrittenName {
  const quoted = /^"((?:[^"]|"")*)"$/.exec(name)?.[1];
  if (quoted === undefined) return { meant: name.toUpperCase(), shown: name };
  const text = quoted.replaceAll('""', '"');
  return { meant: text, shown: text };
}

function keyOf(parts: readonly string[]): string {
  return JSON.stringify(parts);
}
