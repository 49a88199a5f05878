import type { DesiredAccess } from '../desired/desired-access.ts';
import { renderAwsCli } from './aws-cli.ts';
import { renderCloudFormation } from './cloudformation.ts';
import { renderJson } from './json.ts';
import { renderTerraform } from './terraform.ts';

/** One file of a rendering. */
export interface RenderedFile {
  file: string;
  text: string;
}

const renderings = {
  json: renderJson,
  'aws-cli': renderAwsCli,
  terraform: renderTerraform,
  cloudformation: renderCloudFormation,
} as const satisfies Record<string, (desired: DesiredAccess) => RenderedFile[]>;

export type RenderFormat = keyof typeof renderings;

export const renderFormats = Object.keys(renderings) as RenderFormat[];

/** The role and the policy for another tool to create: the same that `apply` creates, always in the same bytes. */
export function renderAccess(desired: DesiredAccess, format: RenderFormat): RenderedFile[] {
  return renderings[format](desired);
}
