import { describe, expect, test } from 'vitest';
import type { RotateHost, RotateOptions } from '../../../../src/commands/iam/rotate.ts';
import { rotate, stageOf } from '../../../../src/commands/iam/rotate.ts';
import { vendor } from '../../core/setup/answers.ts';
import type { Profile } from '../../../../src/ports/state/config-store.ts';

const old = 'org-1';
const fresh = 'org-2';

/** A role that lets in what was applied last, and a profile; the run stops at the call of that number. */
class World {
  profile: Profile;
  letIn: string[] = [old];
  /** How often the id in use was not let in: there must be no gap. */
  gaps = 0;
  #calls = 0;
  works: boolean | undefined = true;

  constructor(deliverer: 'vendor' | 'audit-export') {
    this.profile = {
      state: 'active',
      to: 's3://acme-audit/altr',
      role: { arn: 'arn:aws:iam::111122223333:role/Acme', externalId: old },
      setup: { deliverer, accountId: vendor, organizationId: old },
    };
  }

  host(stopAt = Number.POSITIVE_INFINITY): RotateHost {
    this.#calls = 0;
    const step = (act: () => void): Promise<void> => {
      this.#calls += 1;
      if (this.#calls === stopAt) return Promise.reject(new Error('stopped'));
      act();
      if (!this.letIn.includes(this.profile.role?.externalId ?? '')) this.gaps += 1;
      return Promise.resolve();
    };
    return {
      name: 'acme',
      read: async () => this.profile,
      save: (profile) =>
        step(() => {
          this.profile = profile;
        }),
      apply: ({ setup = {} }) =>
        step(() => {
          const { organizationId, nextOrganizationId, previousOrganizationId } = setup;
          this.letIn = [organizationId, nextOrganizationId, previousOrganizationId].filter(
            (id) => id !== undefined,
          );
        }),
      canAssume: async () => this.works,
    };
  }

  run(more: Partial<RotateOptions> = {}, stopAt?: number) {
    return rotate({ organizationId: undefined, finish: false, back: false, ...more }, this.host(stopAt));
  }
}

describe('changing the external id', () => {
  test('where this tool delivers, one command does it all', async () => {
    const world = new World('audit-export');
    expect(await world.run({ organizationId: fresh })).toMatchObject({ stage: 'done', externalId: fresh });
    expect(world).toMatchObject({ letIn: [fresh], gaps: 0 });
    expect(world.profile.role?.externalId).toBe(fresh);
    expect(stageOf(world.profile)).toBe('not-begun');
  });

  test('a vendor’s service switches first, and only --finish takes the old id away', async () => {
    const world = new World('vendor');
    expect(await world.run({ organizationId: fresh })).toMatchObject({
      stage: 'begun',
      otherExternalId: fresh,
    });
    expect(world.letIn).toEqual([old, fresh]);
    expect(world.profile.role?.externalId).toBe(old);
    expect(await world.run({ finish: true })).toMatchObject({ stage: 'done', externalId: fresh });
    expect(world).toMatchObject({ letIn: [fresh], gaps: 0 });
  });

  test.each([1, 2, 3, 4, 5])(
    'stopped at step %i, the same command goes on to the end, without a gap',
    async (stopAt) => {
      const world = new World('audit-export');
      await expect(world.run({ organizationId: fresh }, stopAt)).rejects.toThrow('stopped');
      await world.run({ organizationId: fresh });
      expect(world).toMatchObject({ letIn: [fresh], gaps: 0 });
      expect(world.profile.role?.externalId).toBe(fresh);
    },
  );

  test.each([2, 3, 4, 5])('stopped at step %i, it can be taken back, without a gap', async (stopAt) => {
    const world = new World('audit-export');
    await expect(world.run({ organizationId: fresh }, stopAt)).rejects.toThrow('stopped');
    expect(await world.run({ back: true })).toMatchObject({ stage: 'not-begun', externalId: old });
    expect(world.letIn).toEqual([old]);
    expect(world.profile.role?.externalId).toBe(old);
    expect(stageOf(world.profile)).toBe('not-begun');
  });

  test('a new id that does not work takes nothing away', async () => {
    const world = new World('audit-export');
    world.works = false;
    await expect(world.run({ organizationId: fresh })).rejects.toMatchObject({ code: 'access-test-failed' });
    expect(world.letIn).toEqual([old, fresh]);
  });

  test('credentials that can not try leave both in', async () => {
    const world = new World('audit-export');
    world.works = undefined;
    expect(await world.run({ organizationId: fresh })).toMatchObject({ stage: 'switched' });
    expect(world.letIn).toEqual([old, fresh]);
  });

  test.each<[string, Partial<RotateOptions>, RegExp]>([
    ['no id', {}, /not said/],
    ['the id that it is', { organizationId: old }, /already/],
    ['an id that can not be', { organizationId: 'two words' }, /a space/],
    ['nothing to take back', { back: true }, /under way/],
  ])('%s is refused', async (_, options, message) => {
    await expect(new World('vendor').run(options)).rejects.toThrow(message);
  });
});
