import type { DesiredAccess } from '../desired/desired-access.ts';
import type { RenderedFile } from './render-access.ts';

/** The two documents as IAM takes them. */
export function renderJson({ policy, role }: DesiredAccess): RenderedFile[] {
  return [
    { file: 'permission-policy.json', text: documentText(policy.document) },
    { file: 'trust-policy.json', text: documentText(role.trustPolicy) },
  ];
}

/** A document, indented, with a line end. */
function documentText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
