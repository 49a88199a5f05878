import { describe, expect, test } from 'vitest';
import { refuseMisspeltVariables } from '../../../src/cli/misspelt-variables.ts';
import { verbs } from '../../../src/cli/verbs/index.ts';
import { thrownBy } from '../../fakes/thrown.ts';

describe('a slip in the name of an environment variable does not pass for silence', () => {
  test.each([
    ['AUDIT_EXPORT_DRYRUN', 'AUDIT_EXPORT_DRY_RUN'],
    ['AUDIT_EXPORT_OBJECTSIZE', 'AUDIT_EXPORT_OBJECT_SIZE'],
    ['AUDIT_EXPORT_TPYES', 'AUDIT_EXPORT_TYPES'],
  ])('%s is refused, and names %s', (given, meant) => {
    const error = thrownBy(() => refuseMisspeltVariables({ [given]: '1' }, verbs));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(given);
    expect(error.cure).toContain(meant);
  });

  test.each([
    'AUDIT_EXPORT_DRY_RUN',
    'AUDIT_EXPORT_ACCOUNT_ID',
    'AUDIT_EXPORT_HELM_CHART_VERSION',
    'AUDIT_EXPORT_TEST_ENDPOINT',
    'PATH',
  ])('%s passes', (name) => {
    expect(() => refuseMisspeltVariables({ [name]: '1' }, verbs)).not.toThrow();
  });
});
