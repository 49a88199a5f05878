import type { Layout } from '../../layout/layout.ts';
import { dayExpression } from './tables.ts';

/** A saved query: what it answers, its text, and what it reads. */
export interface SavedQuery {
  name: string;
  question: string;
  sql: string;
  /** Days back that it reads; undefined where the layout can't keep it to days. */
  days: number | undefined;
}

const questions = [
  {
    name: 'who-read-a-column',
    question: 'Who read a column in the last week?',
    days: 7,
    select: 'actor, decision, count(*) AS events, max(event_time) AS last_seen',
    where: "(contains(columns, 'SSN') OR regexp_like(query_text, '(?i)\\bSSN\\b'))",
    rest: 'GROUP BY actor, decision ORDER BY events DESC',
  },
  {
    name: 'masked-and-blocked',
    question: 'What was masked or blocked in the last week?',
    days: 7,
    select: 'event_time, audit_type, actor, action, object, columns, decision, maskings',
    where: "decision IN ('mask', 'block')",
    rest: 'ORDER BY event_time DESC',
  },
  {
    name: 'failed-log-ins',
    question: 'Whose log-ins failed in the last week, and from where?',
    days: 7,
    select: 'actor, client_ip, count(*) AS failures, max(event_time) AS last_failure',
    where: "decision = 'fail' AND lower(action) LIKE '%login%'",
    rest: 'GROUP BY actor, client_ip ORDER BY failures DESC',
  },
  {
    name: 'top-users',
    question: 'Who did most in the last month?',
    days: 30,
    select: 'actor, count(*) AS events, sum("rows") AS rows_read',
    where: 'actor IS NOT NULL',
    rest: 'GROUP BY actor ORDER BY events DESC LIMIT 20',
  },
  {
    name: 'one-users-day',
    question: 'What did one user do today?',
    days: 0,
    select: 'event_time, audit_type, action, object, columns, decision, query_text',
    where: "lower(actor) = lower('USER')",
    rest: 'ORDER BY event_time',
  },
] as const;

/** The five questions that are asked most, over all types. */
export function savedQueries(database: string, layout: Layout): SavedQuery[] {
  return questions.map(({ name, question, days, select, where, rest }) => {
    const first = `date_format(date_add('day', -${days}, current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d')`;
    const day = dayExpression(layout);
    const condition = day === undefined ? undefined : `${day} >= ${first}`;
    return {
      name,
      question,
      days: condition === undefined ? undefined : days,
      sql: `SELECT ${select}\nFROM ${database}.events\nWHERE ${condition === undefined ? '' : `${condition}\n  AND `}${where}\n${rest}`,
    };
  });
}
