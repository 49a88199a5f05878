/**
 * Text that comes from outside (names of files, values of a line), made safe for a terminal: control characters, which could
 * move the cursor or break a table, are shown as escapes.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being shown
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
