import { expect, test } from 'vitest';
import { commandLine } from '../../../src/cli/command-line.ts';

test('a command line can be pasted, with the flags as they were given', () => {
  const flags = {
    profile: ['acme'],
    'remove-extras': ['true'],
    receipt: ['my receipt.json'],
    types: ['query', 'alert'],
  };
  expect(commandLine('iam apply', flags)).toBe(
    "audit-export iam apply --profile acme --remove-extras --receipt 'my receipt.json' --types query --types alert",
  );
});
