// @ts-check
/** Loaded into the program with `--import`: writes the URL of each module that is loaded to a file. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const file = String(process.env['AUDIT_EXPORT_E2E_MODULES']);

const hooks = `
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(file)}, url + '\\n');
  return next(url, context);
}`;

if (isMainThread) {
  writeFileSync(file, '');
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  // What CommonJS modules require of each other does not pass by the hook.
  const { cache } = createRequire(import.meta.url);
  process.on('exit', () => appendFileSync(file, Object.keys(cache).join('\n')));
}
