import { gzipSync } from 'node:zlib';
import { newestCheckpointKey, tileKey } from '../log-keys.ts';
import type { TileFile } from '../right-edge.ts';

/** A file of the log, ready to be stored. */
export interface LogObject {
  key: string;
  body: Buffer;
  contentType: string;
  contentEncoding?: 'gzip';
}

const binary = 'application/octet-stream';
const text = 'text/plain; charset=utf-8';

/** A tile or a bundle of a log. */
export function tileObject(id: string, { tile, content }: TileFile): LogObject {
  const key = tileKey(id, tile);
  return tile.level === 'entries'
    ? { key, body: gzipSync(content), contentType: binary, contentEncoding: 'gzip' }
    : { key, body: content, contentType: binary };
}

/** A note or a claim. */
export function textObject(key: string, content: string): LogObject {
  return { key, body: Buffer.from(content), contentType: text };
}

/** The alias of the newest checkpoint. */
export function aliasObject(id: string, note: string): LogObject {
  return textObject(newestCheckpointKey(id), note);
}
