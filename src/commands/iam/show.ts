import type { DesiredAccess } from '../../core/setup/desired/desired-access.ts';
import { explainAccess } from '../../core/setup/desired/explain.ts';
import type { RenderedFile, RenderFormat } from '../../core/setup/render/render-access.ts';
import { renderAccess } from '../../core/setup/render/render-access.ts';

/** Role and policy in one format. `iam show --json` prints it: schemas/access-documents.schema.json. */
export interface AccessDocuments {
  report: 'access-documents';
  version: 1;
  format: RenderFormat;
  explanation: string[];
  files: RenderedFile[];
}

/** Renders the access; asks nobody and needs no credentials. */
export function showAccess(desired: DesiredAccess, format: RenderFormat): AccessDocuments {
  return {
    report: 'access-documents',
    version: 1,
    format,
    explanation: explainAccess(desired),
    files: renderAccess(desired, format),
  };
}
