import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Links that lead to links; the system itself follows no more than 40 (path_resolution(7)). */
const linksAtMost = 40;

/**
 * The path without links in it. What does not exist yet keeps its name below the real path of what does, so that the
 * answer is the same once it was made. A relative path begins in the process's working folder.
 */
export function realPath(path: string, links = 0): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const target = links < linksAtMost ? linkTarget(whole) : undefined;
    if (target !== undefined) return realPath(target, links + 1);
    const parent = dirname(whole);
    return parent === whole ? whole : join(realPath(parent, links), basename(whole));
  }
}

/**
 * The path that stands for a configuration file: its real one. A file that Kubernetes has mounted is a link to a folder
 * that is another with each change of its content (`..data`): there the link itself stands for it.
 */
export function configPath(file: string): string {
  const whole = resolve(file);
  const isMounted = linkText(whole)?.startsWith('..data/') === true;
  return isMounted ? join(realPath(dirname(whole)), basename(whole)) : realPath(whole);
}

/** Where a link leads to although nothing is there. */
function linkTarget(path: string): string | undefined {
  const text = linkText(path);
  return text === undefined ? undefined : resolve(realPath(dirname(path)), text);
}

/** What a link says; undefined where there is none. */
function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
