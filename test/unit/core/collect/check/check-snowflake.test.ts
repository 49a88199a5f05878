import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSnowflakeSession } from '../../../../../src/adapters/snowflake/open-session.ts';
import type { SnowflakeSettings } from '../../../../../src/adapters/snowflake/open-session.ts';
import type { CheckReport } from '../../../../../src/core/collect/check/check-report.ts';
import { checkSnowflake } from '../../../../../src/core/collect/check/check-snowflake.ts';
import { checkFindingCodes } from '../../../../../src/core/collect/check/findings.ts';
import { checkProbes } from '../../../../../src/core/collect/check/probes.ts';
import { schemaErrors } from '../../../../fakes/json-schema.ts';
import type { SimulatedWorld } from '../../../../snowflake/simulated-world.ts';
import { quickPace, startWorld } from '../../../../snowflake/simulated-world.ts';

let world: SimulatedWorld;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(async () => {
  await world.close();
});

interface Case {
  client?: boolean;
  settings?: Partial<SnowflakeSettings>;
  /** How far the clock of this machine is ahead, in milliseconds. */
  aheadMs?: number;
  environment?: NodeJS.ProcessEnv;
}

async function check({
  client = true,
  settings = {},
  aheadMs = 0,
  environment,
}: Case = {}): Promise<CheckReport> {
  const all = { ...world.settings, ...settings };
  const session = await openSnowflakeSession(all, environment ?? world.environment, quickPace());
  const { user, role, warehouse } = all;
  const clock = { now: () => world.clock.nowMs + aheadMs };
  const report = await checkSnowflake(session, { user, role, warehouse, client, clock });
  await session.close();
  return report;
}

function findings({ probes }: CheckReport): Record<string, string> {
  return Object.fromEntries(probes.map(({ probe, finding }) => [probe, finding]));
}

function grants(): { databaseRoles: string[]; warehouses: string[] } {
  return world.account.roles['AUDIT_EXPORT'] as { databaseRoles: string[]; warehouses: string[] };
}

test('an account as --print-setup makes it passes every probe', async () => {
  const report = await check();
  expect(report.probes.every(({ status }) => status === 'pass')).toBe(true);
  expect(report).toMatchObject({
    verdict: 'passed',
    account: 'ACME-PROD',
    user: 'AUDIT_EXPORT_SERVICE',
    role: 'AUDIT_EXPORT',
    warehouse: 'AUDIT_EXPORT_WH',
    grants: [],
  });
  expect(report.probes.map(({ probe }) => probe)).toEqual(checkProbes.map(({ id }) => id));
});

test('without client and address, two database roles are one', async () => {
  grants().databaseRoles = ['GOVERNANCE_VIEWER'];
  expect((await check({ client: false })).verdict).toBe('passed');
  const report = await check();
  expect(findings(report)).toMatchObject({
    sessions: 'security-view-denied',
    'login-history': 'security-view-denied',
    statement: 'needs-unmet',
  });
  expect(report.grants).toEqual(['GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE AUDIT_EXPORT;']);
});

test('every missing grant is told at once, each one time, and they cure it', async () => {
  grants().databaseRoles = [];
  grants().warehouses = [];
  const report = await check();
  expect(report.verdict).toBe('failed');
  expect(report.grants).toEqual([
    'GRANT USAGE ON WAREHOUSE AUDIT_EXPORT_WH TO ROLE AUDIT_EXPORT;',
    'GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE AUDIT_EXPORT;',
    'GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE AUDIT_EXPORT;',
  ]);
  for (const grant of report.grants) runGrant(grant);
  expect((await check()).verdict).toBe('passed');
});

/** Carries out a GRANT in the account, as an administrator would. */
function runGrant(sql: string): void {
  const viewer = /^GRANT DATABASE ROLE SNOWFLAKE\.(\w+) TO ROLE AUDIT_EXPORT;$/.exec(sql)?.[1];
  const warehouse = /^GRANT USAGE ON WAREHOUSE (\w+) TO ROLE AUDIT_EXPORT;$/.exec(sql)?.[1];
  if (viewer !== undefined) grants().databaseRoles.push(viewer);
  else if (warehouse !== undefined) grants().warehouses.push(warehouse);
  else throw new Error(`not understood: ${sql}`);
}

test('a role that the user does not have is told as that, not as a bad log-in', async () => {
  world.account.users[0]!.roles = [];
  const report = await check({ settings: { role: '"odd role"' } });
  expect(findings(report)).toMatchObject({
    'log-in': 'logged-in',
    role: 'role-not-granted',
    warehouse: 'needs-unmet',
  });
  expect(report.grants).toEqual(['GRANT ROLE "odd role" TO USER AUDIT_EXPORT_SERVICE;']);
});

test.each(['ACCOUNTADMIN', 'SECURITYADMIN'])('the role %s works, with a warning', async (role) => {
  world.account.users[0]!.roles = [role];
  world.account.roles[role] = { databaseRoles: ['IMPORTED PRIVILEGES'], warehouses: ['AUDIT_EXPORT_WH'] };
  const report = await check({ settings: { role } });
  expect(report.verdict).toBe('passed');
  expect(findings(report)['role']).toBe('role-too-wide');
  expect(report.summary).toContain('one warning');
});

test('a refused log-in ends the check, with its cure', async () => {
  const environment = { SNOWFLAKE_TOKEN: 'wrong', SNOWFLAKE_AUTHENTICATOR: 'OAUTH' };
  const report = await check({ environment });
  expect(findings(report)['log-in']).toBe('log-in-refused');
  expect(report.counts).toMatchObject({ fail: 1, pass: 0, skipped: 9 });
  expect(report.probes[0]).toMatchObject({ errorCode: 'snowflake-denied', snowflakeCode: '390303' });
  expect(report.probes[0]?.cure).toContain('SNOWFLAKE_TOKEN');
});

test('an account that does not answer is told as that', async () => {
  await world.close();
  const report = await check();
  expect(findings(report)['log-in']).toBe('no-answer');
  expect(report.probes[0]?.errorCode).toBe('snowflake-unreachable');
  world = await startWorld();
});

test('the Standard Edition is told as that, not as a missing grant', async () => {
  world.account.edition = 'STANDARD';
  const report = await check();
  expect(findings(report)).toMatchObject({ edition: 'edition-standard', 'access-history': 'needs-unmet' });
  expect(report.grants).toEqual([]);
});

test('no title says what the result denies, and the missing role of the database is named', async () => {
  grants().databaseRoles = [];
  const failed = (await check()).probes.filter(({ status }) => status === 'fail');
  expect(failed.map(({ title }) => title).join()).not.toMatch(/\b(may be read|is right|runs|is granted)\b/);
  expect(failed.map(({ message }) => message).join()).toContain('SNOWFLAKE.GOVERNANCE_VIEWER');
});

test.each([
  [0, 'clock-right', 'right to the second'],
  [50_000, 'clock-right', '50 s off'],
  [-50_000, 'clock-right', '50 s off'],
  [600_000, 'clock-wrong', "it is 600 seconds ahead of Snowflake's"],
  [-600_000, 'clock-wrong', "it is 600 seconds behind Snowflake's"],
])('a clock that is %i ms ahead is %s', async (aheadMs, finding, message) => {
  const report = await check({ aheadMs });
  expect(report.probes.find(({ probe }) => probe === 'clock')).toMatchObject({ finding, message });
  expect(report.verdict).toBe('passed');
});

test('an account without queries passes, and it is said', async () => {
  world.clock.nowMs += 40 * 86_400_000;
  const report = await check();
  expect(findings(report)['statement']).toBe('nothing-to-read');
  expect(report.verdict).toBe('passed');
});

test('a stopped run is no finding', async () => {
  const session = await openSnowflakeSession(world.settings, world.environment, quickPace());
  await expect(
    checkSnowflake(session, { client: true, clock: { now: () => 0 }, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: 'interrupted' });
  await session.close();
});

test('every report is valid by its schema', async () => {
  expect(schemaErrors('collect-check', await check())).toEqual([]);
  grants().databaseRoles = [];
  expect(schemaErrors('collect-check', await check())).toEqual([]);
  expect(schemaErrors('collect-check', await check({ environment: { SNOWFLAKE_TOKEN: 'wrong' } }))).toEqual(
    [],
  );
});

test('the documentation lists every probe and every finding', () => {
  const text = readFileSync(
    new URL('../../../../../docs/collect-snowflake-setup.md', import.meta.url),
    'utf8',
  );
  for (const name of [...checkFindingCodes, ...checkProbes.map(({ id }) => id)])
    expect(text).toContain(`\`${name}\``);
});

test('the check leaves nothing behind: every statement is a SELECT', async () => {
  await check();
  for (const { text, queryTag } of world.server.statements()) {
    expect(text).toMatch(/^(SELECT|WITH)\b/);
    expect(queryTag).toBe('audit-export');
  }
});
