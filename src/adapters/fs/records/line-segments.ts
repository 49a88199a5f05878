import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Segments } from '../../../ports/state/record-file.ts';
import { replaceFile } from '../replace-file.ts';
import { unlessGone } from '../state/disk-bytes.ts';
import { numberedFiles, numberedPath } from '../state/journal/numbered-files.ts';

/**
 * Segments of lines in files `<path>.<fence>.<SHA-256>` that are never changed: a writer that was frozen, and lost its fence to
 * another, removes none of the other's. Methods throw what the file system throws, and an Error where a segment is damaged.
 */
export function lineSegments(path: string, fence: number): Segments {
  return {
    putSegment: async (lines) => {
      const text = lines.map((line) => `${line}\n`).join('');
      const file = numberedPath(path, fence, `.${hashOf(text)}`);
      await replaceFile(file, text);
      return basename(file);
    },
    readSegment: async (name) => {
      const text = await readFile(join(dirname(path), name), 'utf8').catch(unlessGone);
      if (text === undefined) throw new Error(`it is damaged: ${name} is gone`);
      if (!name.endsWith(`.${hashOf(text)}`)) throw new Error(`it is damaged: ${name} was changed`);
      return text.split('\n').slice(0, -1);
    },
    keepSegments: async (names) => {
      const kept = new Set(names);
      for (const file of await numberedFiles(path))
        if (file.number <= fence && !kept.has(basename(file.path))) await rm(file.path, { force: true });
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
