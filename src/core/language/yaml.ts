import { Document, Scalar, visit } from 'yaml';

/** Text that no reader of YAML takes for anything else, unless it is a word such as `yes`, which the library knows. */
const plainText = /^[A-Za-z_/][\w./@:-]*$/;

/**
 * Writes a document of YAML that readers of 1.1 (Kubernetes, CloudFormation) and of 1.2 take for the same: text that one of them
 * could read as something else is quoted. Members that are undefined are left out; several lines of text stay lines.
 */
export function renderYaml(document: object): string {
  const written = new Document(document, { version: '1.1', aliasDuplicateObjects: false });
  visit(written, {
    Scalar: (_, scalar) => {
      const { value } = scalar;
      if (typeof value === 'string' && !value.includes('\n') && !plainText.test(value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return written.toString({ lineWidth: 0, directives: false });
}
