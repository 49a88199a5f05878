import { expect, test } from 'vitest';
import { dropEmpty } from '../../../src/cli/environment.ts';

test('a variable that is empty is not set', () => {
  const environment = {
    AWS_REGION: '',
    AWS_PROFILE: 'p',
    HTTPS_PROXY: '',
    AUDIT_EXPORT_TO: '',
    ZERO: '0',
    SPACE: ' ',
  };
  dropEmpty(environment);
  expect(environment).toEqual({ AWS_PROFILE: 'p', ZERO: '0', SPACE: ' ' });
});
