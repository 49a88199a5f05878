import { isAuditExportError } from '../../errors.ts';
import type { Layout } from './layout.ts';
import { parseLayout } from './layout.ts';

/** The layouts that runs have recorded, each parsed once. */
export class Layouts {
  readonly #parsed = new Map<string, Layout | undefined>();

  /** Undefined for none, and for a text that is none. */
  parsed(template: string | undefined): Layout | undefined {
    if (template === undefined) return undefined;
    if (!this.#parsed.has(template)) this.#parsed.set(template, layoutOf(template));
    return this.#parsed.get(template);
  }
}

function layoutOf(template: string): Layout | undefined {
  try {
    return parseLayout(template);
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    return undefined;
  }
}
