import type { QueryRow } from './query-row.ts';
import { loginId } from './record-id.ts';
import type { MappedUser, Registry } from './registry.ts';
import { printNanoseconds } from './snowflake-time.ts';

/** How Snowflake says yes and no in LOGIN_HISTORY. */
const answers: Readonly<Record<string, boolean>> = { YES: true, NO: false };

/**
 * One log-in as a line of JSON, without its line end, the event time first. Log-ins of everybody are told: a failure is of
 * interest above all where nobody knows the user.
 */
export function loginLine(row: QueryRow, users: Registry<MappedUser>, host: string): string {
  const name = row.text('USER_NAME');
  const user = users.find(name ?? '');
  const eventId = row.text('EVENT_ID') ?? '';
  return JSON.stringify({
    eventTime: printNanoseconds(row.endNs),
    id: loginId(eventId, row.endNs),
    recordType: 'snowflakeLogin',
    loginEventId: eventId,
    eventType: row.text('EVENT_TYPE'),
    success: answers[row.text('IS_SUCCESS')?.toUpperCase() ?? ''] ?? null,
    errorCode: row.text('ERROR_CODE'),
    errorMessage: row.text('ERROR_MESSAGE'),
    sqlUser: name,
    profileId: user?.profileId ?? null,
    userId: user?.userId ?? null,
    clientIp: row.text('CLIENT_IP'),
    clientType: row.text('REPORTED_CLIENT_TYPE'),
    clientVersion: row.text('REPORTED_CLIENT_VERSION'),
    firstFactor: row.text('FIRST_AUTHENTICATION_FACTOR'),
    secondFactor: row.text('SECOND_AUTHENTICATION_FACTOR'),
    relatedEventId: row.text('RELATED_EVENT_ID'),
    connection: row.text('CONNECTION'),
    host,
  });
}
