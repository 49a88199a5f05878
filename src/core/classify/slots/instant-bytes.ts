const dash = 0x2d;
const point = 0x2e;
const zero = 0x30;
const colon = 0x3a;
const letterT = 0x54;
const letterZ = 0x5a;
const space = 0x20;

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The last date that was read, as a number of the form YYYYMMDD, and when it began: events of a day stand together. */
let lastDate = -1;
let lastDateMs = 0;

/**
 * Reads the commonest form of an instant, `YYYY-MM-DDTHH:MM:SS[.digits]Z` with a T or a space, in the years 1972 to 9998 and
 * on days that every month has; milliseconds since 1970, finer digits cut off. Undefined for all else: then the text is
 * to be read.
 */
export function readInstant(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 20 || bytes[end - 1] !== letterZ || !isPunctuated(bytes, start)) return undefined;
  const date = dateMs(bytes, start);
  const clock = clockMs(bytes, start + 11);
  const fraction = fractionMs(bytes, start + 19, end - 1);
  // What is not a digit makes NaN.
  const ms = date + clock + fraction;
  return Number.isNaN(ms) ? undefined : ms;
}

function isPunctuated(bytes: Uint8Array, start: number): boolean {
  const between = bytes[start + 10];
  return (
    bytes[start + 4] === dash &&
    bytes[start + 7] === dash &&
    bytes[start + 13] === colon &&
    bytes[start + 16] === colon &&
    (between === letterT || between === space)
  );
}

function dateMs(bytes: Uint8Array, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  const date = (year * 100 + month) * 100 + day;
  if (date === lastDate) return lastDateMs;
  const isPlain = year >= 1972 && year <= 9998 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!isPlain) return Number.NaN;
  lastDate = date;
  lastDateMs = Date.UTC(year, month - 1, day);
  return lastDateMs;
}

function clockMs(bytes: Uint8Array, at: number): number {
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  const isPlain = hour <= 23 && minute <= 59 && second <= 59;
  return isPlain ? hour * hourMs + minute * minuteMs + second * secondMs : Number.NaN;
}

function fractionMs(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  if (bytes[start] !== point || start + 1 === end) return Number.NaN;
  let ms = 0;
  let unit = 100;
  for (let at = start + 1; at < end; at++) {
    const digit = digitAt(bytes, at);
    if (Number.isNaN(digit)) return digit;
    if (unit >= 1) ms += digit * unit;
    unit /= 10;
  }
  return ms;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return digitAt(bytes, at) * 10 + digitAt(bytes, at + 1);
}

function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - zero;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}
