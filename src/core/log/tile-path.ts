/** Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256;

/** A tile of hashes, or with level `entries` a bundle of entries; one of fewer than 256 is partial. */
export interface Tile {
  level: number | 'entries';
  index: number;
  /** 1 to 256. */
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, the path below a log's own folder (C2SP tlog-tiles, "Merkle Tree" and "Log entries"). */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const last = groups.length - 1;
  const path = groups.map((group, at) => (at === last ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** The tile of a path; undefined for what is no tile's path, or is one in another spelling. */
export function parseTilePath(path: string): Tile | undefined {
  const parts = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (parts === null) return undefined;
  const [, level = '', number = '', width = String(tileWidth)] = parts;
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(number.replaceAll(/[x/]/g, '')),
    width: Number(width),
  };
  return tilePath(tile) === path && tile.width > 0 && (tile.level === 'entries' || tile.level < 64)
    ? tile
    : undefined;
}

/** Hashes that a tree of `size` leaves has at a level: complete subtrees of 256^level leaves. */
export function hashesAt(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level);
}

/**
 * The tile that holds the hash (or entry) `index` of a level, as wide as it is in a tree of `size` leaves; undefined where that
 * tree has no such hash.
 */
export function tileHolding(level: Tile['level'], index: number, size: number): Tile | undefined {
  const hashes = level === 'entries' ? size : hashesAt(size, level);
  if (index >= hashes) return undefined;
  const number = Math.floor(index / tileWidth);
  return { level, index: number, width: Math.min(tileWidth, hashes - number * tileWidth) };
}

/**
 * All tiles and bundles that a tree of `size` leaves consists of and one of `before` leaves does not, bundles first, then level
 * by level. What a level has not changed is not among them.
 */
export function* tilesBetween(before: number, size: number): Generator<Tile> {
  yield* newAtLevel('entries', before, size);
  for (let level = 0; hashesAt(size, level) > 0; level++)
    yield* newAtLevel(level, hashesAt(before, level), hashesAt(size, level));
}

function* newAtLevel(level: Tile['level'], before: number, now: number): Generator<Tile> {
  if (before === now) return;
  for (let index = Math.floor(before / tileWidth); index * tileWidth < now; index++)
    yield { level, index, width: Math.min(tileWidth, now - index * tileWidth) };
}
