const mark = '$map';

/** JSON with maps: `{"$map":[[key, value], …]}`. Properties that are undefined are left out. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item instanceof Map ? { [mark]: [...item] } : item));
}

/** Reads what `writeJson` wrote. */
export function readJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    const isMap = typeof item === 'object' && item !== null && mark in item && Array.isArray(item[mark]);
    return isMap ? new Map(item[mark] as [unknown, unknown][]) : item;
  });
}
