import { parse } from '@cdktf/hcl2json';

/** A Terraform file as HashiCorp's own parser reads it. Throws where it is no HCL. */
export async function parseTerraform(text: string): Promise<Record<string, unknown>> {
  return (await parse('main.tf', text)) as Record<string, unknown>;
}
