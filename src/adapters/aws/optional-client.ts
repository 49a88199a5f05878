import { AuditExportError } from '../../errors.ts';

/**
 * Loads a client of the SDK that only some commands need and that is not installed with the tool. Throws `package-missing` with the line
 * that installs it.
 */
export async function optionalClient<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new AuditExportError('package-missing', `This needs the package ${name}, which is not installed.`, {
      cure: `Install it beside audit-export: npm install ${name}`,
      cause: error,
    });
  }
}
