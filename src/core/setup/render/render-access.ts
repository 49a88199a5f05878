import type { DesiredAccess } from '../desired/desired-access.ts';
import { explainAccess } from '../desired/explain.ts';
import { renderAwsCli } from './aws-cli.ts';
import { renderCloudFormation } from './cloudformation.ts';
import { renderJson } from './json.ts';
import { renderTerraform } from './terraform.ts';

/** One file of a rendering. */
export interface RenderedFile {
  file: string;
  text: string;
}

/** A role and its policy, as they are printed: for the deliverer or for a reader. */
export interface PrintedAccess extends Pick<DesiredAccess, 'role' | 'policy'> {
  /** What the role can do, in sentences. */
  explanation: readonly string[];
  /** Whom the ARN of the role is for. */
  purpose: string;
}

/** The deliverer's access, as it is printed. */
export function printedAccess(desired: DesiredAccess): PrintedAccess {
  const { role, policy } = desired;
  return { role, policy, explanation: explainAccess(desired), purpose: 'The ARN for the vendor' };
}

const renderings = {
  json: renderJson,
  'aws-cli': renderAwsCli,
  terraform: renderTerraform,
  cloudformation: renderCloudFormation,
} as const satisfies Record<string, (access: PrintedAccess) => RenderedFile[]>;

export type RenderFormat = keyof typeof renderings;

export const renderFormats = Object.keys(renderings) as RenderFormat[];

/** The role and the policy for another tool to create: the same that `apply` creates, always in the same bytes. */
export function renderAccess(access: PrintedAccess, format: RenderFormat): RenderedFile[] {
  return renderings[format](access);
}
