/** Facts beside a message: numbers, names, ids; never secrets. */
export type LogFacts = Readonly<Record<string, unknown>>;

/**
 * What is told beside the result, on stderr. `event` says in one word what happened and is a contract; `message` is for
 * people. `shown` is what a person is shown in a terminal where that is more than the message with a line end, or nothing.
 */
type Tell = (event: string, message: string, facts?: LogFacts, shown?: string) => void;

export interface Log {
  note: Tell;
  warn: Tell;
  error: Tell;
}
