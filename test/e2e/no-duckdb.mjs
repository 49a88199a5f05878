// @ts-check
/** Loaded into the program with `--import`: DuckDB is not installed. */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier.startsWith('@duckdb/'))
    throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(specifier, context);
}`;

if (isMainThread) register(`data:text/javascript,${encodeURIComponent(hooks)}`);
