import type { Call } from '../call.ts';
import { WireError } from '../wire/wire-error.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import type { FormParameters } from './form-parameters.ts';

/** A request to IAM or STS. */
export interface QueryCall extends Call {
  readonly parameters: FormParameters;
  /** The API operation, as `CreateRole`. */
  readonly operation: string;
}

/** Runs an operation and answers with the content of its result element; undefined where it has none. */
export type QueryOperation = (call: QueryCall) => XmlValue | Promise<XmlValue>;

/** A parameter that must be there. Throws `WireError` ValidationError. */
export function needed(call: QueryCall, name: string): string {
  const value = call.parameters.get(name);
  if (value !== undefined && value !== '') return value;
  throw validationError(
    `Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
  );
}

/** What a parameter must look like. */
export interface Constraint {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly shortest?: number;
}

/** Checks a parameter that may be missing. Throws `WireError` ValidationError in AWS's words. */
export function constrained(call: QueryCall, name: string, constraint: Constraint): string | undefined {
  const value = call.parameters.get(name);
  if (value === undefined) return undefined;
  const at = `Value '${value}' at '${lowerFirst(name)}' failed to satisfy constraint: Member must`;
  const { pattern, longest, shortest = 1 } = constraint;
  if (value.length > longest) throw validationError(`${at} have length less than or equal to ${longest}`);
  if (value.length < shortest)
    throw validationError(`${at} have length greater than or equal to ${shortest}`);
  if (!pattern.test(value))
    throw validationError(
      `${at} satisfy regular expression pattern: ${pattern.source.replaceAll(/^\^|\$$/g, '')}`,
    );
  return value;
}

/** A whole number within bounds. Throws `WireError` ValidationError. */
export function wholeNumber(
  call: QueryCall,
  name: string,
  bounds: { least: number; most: number; usual: number },
): number {
  const text = call.parameters.get(name);
  if (text === undefined) return bounds.usual;
  const value = Number(text);
  const at = `Value '${text}' at '${lowerFirst(name)}' failed to satisfy constraint: Member must have value`;
  if (!Number.isInteger(value) || value < bounds.least)
    throw validationError(`${at} greater than or equal to ${bounds.least}`);
  if (value > bounds.most) throw validationError(`${at} less than or equal to ${bounds.most}`);
  return value;
}

/** A parameter that the service does not take. */
export function validationError(message: string): WireError {
  return new WireError(400, 'ValidationError', `1 validation error detected: ${message}`);
}

/** Times in IAM and STS have no fractions of a second. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}/, '');
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
