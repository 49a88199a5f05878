import { expect, test } from 'vitest';
import { profileFlags, withProfileFlags } from '../../../../src/core/config/profile-flags.ts';

const flags = profileFlags('acme', '/etc/audit export.json');

test.each([
  ['audit-export iam apply puts it right', `audit-export iam apply${flags} puts it right`],
  ['Make a new one: audit-export iam plan', `Make a new one: audit-export iam plan${flags}`],
  [
    'audit-export iam rotate goes on; audit-export iam rotate --back takes it back',
    `audit-export iam rotate${flags} goes on; audit-export iam rotate${flags} --back takes it back`,
  ],
  ['Go on with: audit-export init --profile acme.', `Go on with: audit-export init${flags}.`],
  [
    'audit-export iam apply --request r.json, elsewhere',
    'audit-export iam apply --request r.json, elsewhere',
  ],
  ['See audit-export push --help.', 'See audit-export push --help.'],
  ['See audit-export --help.', 'See audit-export --help.'],
  ['audit-export types list shows them', 'audit-export types list shows them'],
])('%s', (cure, pasted) => {
  expect(withProfileFlags(cure, flags)).toBe(pasted);
});

test('a configuration alone is named behind a profile that is there already', () => {
  const cure = 'audit-export init --profile other, or audit-export status';
  expect(withProfileFlags(cure, profileFlags(undefined, 'x.json'))).toBe(
    'audit-export init --profile other --config x.json, or audit-export status --config x.json',
  );
  expect(withProfileFlags(cure, profileFlags(undefined, undefined))).toBe(cure);
});
