import type { Writable } from 'node:stream';
import { clearLine, cursorTo } from 'node:readline';
import { wrapLine } from '../../core/report/wrap.ts';

/** Sentences for a person, and one line that says what is waited for. */
export interface Conversation {
  /** Says a sentence (lines, where it has several), broken at words where the terminal ends; `paint` colours it. */
  say: (text: string, paint?: (line: string) => string) => void;
  /** Shows what is waited for, and for how long so far; on a terminal the line is redrawn and goes away with the next sentence. */
  wait: (what: string) => void;
}

/** Talks to a stream. Elsewhere than on a terminal, what is waited for is said once. */
export function openConversation(
  stream: Writable & { isTTY?: boolean; columns?: number },
  { quiet, now }: { quiet: boolean; now: () => number },
): Conversation {
  const terminal = stream.isTTY === true;
  let waitingFor: string | undefined;
  let sinceMs = 0;
  const clear = (): void => {
    if (waitingFor === undefined || !terminal) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  return {
    say: (text, paint = (line) => line) => {
      if (quiet) return;
      clear();
      waitingFor = undefined;
      const width = terminal ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
      const lines = text.split('\n').flatMap((line) => wrapLine(line, width));
      stream.write(`${lines.map((line) => (line === '' ? '' : paint(line))).join('\n')}\n`);
    },
    wait: (what) => {
      if (quiet) return;
      if (waitingFor === undefined) sinceMs = now();
      clear();
      if (terminal) stream.write(`  Waiting for IAM: ${what} (${Math.round((now() - sinceMs) / 1000)} s)`);
      else if (waitingFor !== what) stream.write(`  Waiting for IAM: ${what}\n`);
      waitingFor = what;
    },
  };
}
