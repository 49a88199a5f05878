/** What a log's name gets where it is rotated: a number (logrotate, Docker), a date or a time (kubelet); compression behind it. */
const rotation = /(?:(?<=\.log)\.([1-9]\d{0,3})|[.-](\d{8}(?:-?\d{6})?))?(?:\.gz|\.zst)?$/;

/** The name of the log that a file is of, whatever it was rotated to. */
function logOf(name: string): string {
  return name.replace(rotation, '');
}

/** Whether two files, one behind the other, are of one log. */
export function isSameLog(name: string, next: string): boolean {
  return name !== next && logOf(name) === logOf(next);
}

/**
 * Orders files by the bytes of their names, those of one log by age: the highest number first, then the earliest time, then
 * the log itself.
 */
export function byLogAndAge(a: string, b: string): number {
  const byLog = Buffer.compare(Buffer.from(logOf(a)), Buffer.from(logOf(b)));
  if (byLog !== 0) return byLog;
  const [, numberA, timeA] = rotation.exec(a) ?? [];
  const [, numberB, timeB] = rotation.exec(b) ?? [];
  const byNumber = Number(numberB ?? 0) - Number(numberA ?? 0);
  if (byNumber !== 0) return byNumber;
  const last = '~';
  return Buffer.compare(Buffer.from(`${timeA ?? last} ${a}`), Buffer.from(`${timeB ?? last} ${b}`));
}
