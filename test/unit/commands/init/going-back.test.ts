import { describe, expect, test } from 'vitest';
import type { ScriptLine } from '../../../fakes/scripted-prompter.ts';
import { keep } from '../../../fakes/scripted-prompter.ts';
import { fullScript, setUpWorld } from './setup-world.ts';

describe('in a terminal', () => {
  test('from every question but the first one may go back, whichever way it is answered', async () => {
    const script: ScriptLine[] = [
      ['deliverer', 'audit-export'],
      ['account-id', '<'],
      ['deliverer', keep],
      ['account-id', keep],
      ['organization-id', '<'],
      ['account-id', keep],
      ['organization-id', keep],
      ['bucket', 'acme-audit'],
      ['create-bucket', '<'],
      ['bucket', '<'],
      ['organization-id', keep],
      ['bucket', 's3://acme-audit'],
      ['create-bucket', 'yes'],
      ['region', '<'],
      ['bucket', keep],
      ['create-bucket', 'yes'],
      ['region', keep],
      ['prefix', '<'],
      ['region', keep],
      ['prefix', 's3://acme-audit/logs/'],
      ['role-name', '<'],
      ['prefix', keep],
      ['role-name', keep],
      ['policy-name', '<'],
      ['role-name', keep],
      ['policy-name', keep],
      ['types', ['<']],
      ['policy-name', keep],
      ['types', keep],
      ['write-once', '<'],
      ['types', keep],
      ['write-once', keep],
      ['apply', 'change'],
      ['change', 'prefix'],
      ['prefix', '<'],
      ['change', '<'],
      ['apply', 'save'],
    ];
    const world = setUpWorld({ look: { existence: 'missing' }, script });
    const { answers } = await world.run({ profile: 'acme' });
    expect(world.prompter.unasked).toEqual([]);
    expect(answers).toMatchObject({ bucket: 'acme-audit', prefix: 'logs', deliverer: 'audit-export' });
  });

  test.each([
    [
      'prefix',
      's3://another-bucket/logs',
      'it names the bucket another-bucket, and the bucket is acme-audit',
    ],
    ['role-name', 'arn:aws:iam::999988887777:role/ALTRPublishSIEMDataX', 'it is of account 999988887777'],
    ['policy-name', 'arn:aws:iam::999988887777:policy/x', 'it is of account 999988887777'],
  ])(
    '%s: what names another place than the one that is spoken of is refused',
    async (name, typed, reason) => {
      const at = fullScript.findIndex(([asked]) => asked === name);
      const world = setUpWorld({ script: [...fullScript.slice(0, at), [name, typed]] });
      await expect(world.run({ profile: 'acme' })).rejects.toThrow(reason);
    },
  );
});
