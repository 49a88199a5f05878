import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import { AuditExportError } from '../../errors.ts';
import type {
  Choice,
  ChoiceQuestion,
  ConfirmQuestion,
  PickQuestion,
  Prompter,
  SearchQuestion,
  TextQuestion,
} from '../../ports/terminal/prompter.ts';
import { plainOutput } from './plain-output.ts';

/** The terminal to ask at. */
export interface PromptTerminal {
  input: Readable;
  output: Writable;
  colours: boolean;
  /** Aborted by a signal from outside; Ctrl-C at a prompt is inquirer's own affair. */
  signal: AbortSignal;
}

type Question = Readonly<Record<string, unknown>> & { type: string };

/** Closed by Ctrl-C, by a signal, or because nobody can answer any more. */
const closedNames = new Set(['ExitPromptError', 'AbortPromptError', 'CancelPromptError']);

const endingSignals = ['SIGINT', 'SIGTERM'] as const;

/** Asks with inquirer, which is loaded with the first question: nobody else waits for it. */
export class InquirerPrompter implements Prompter {
  readonly #terminal: PromptTerminal;

  constructor(terminal: PromptTerminal) {
    this.#terminal = terminal;
  }

  async text({ message, help, preset, check }: TextQuestion): Promise<string> {
    return this.#ask<string>({
      type: 'input',
      message,
      ...(preset === undefined ? {} : { default: preset }),
      validate: (text: string) => check(text.trim()) ?? true,
      theme: themeOf(help, '\n  ›'),
    }).then((text) => text.trim());
  }

  async choose({ message, help, choices, preset }: ChoiceQuestion): Promise<string> {
    return this.#ask<string>({
      type: 'select',
      message,
      loop: false,
      choices: choices.map(toInquirer),
      ...(preset === undefined ? {} : { default: preset }),
      theme: themeOf(help),
    });
  }

  async search({ message, help, choices, preset, check }: SearchQuestion): Promise<string> {
    return this.#ask<string>({
      type: 'search',
      message,
      ...(preset === undefined ? {} : { default: preset }),
      source: (term: string | undefined) => found(choices, term, check).map(toInquirer),
      validate: (value: string) => check(value) ?? true,
      theme: themeOf(help, '\n  ›'),
    });
  }

  async pick({ message, help, choices, picked, check }: PickQuestion): Promise<string[]> {
    return this.#ask<string[]>({
      type: 'checkbox',
      message,
      loop: false,
      choices: choices.map((choice) => ({ ...toInquirer(choice), checked: picked.includes(choice.value) })),
      validate: (chosen: readonly { value: string }[]) => check(chosen.map(({ value }) => value)) ?? true,
      theme: themeOf(help),
    });
  }

  async confirm({ message, help, preset }: ConfirmQuestion): Promise<boolean> {
    return this.#ask<boolean>({ type: 'confirm', message, default: preset, theme: themeOf(help, '\n ') });
  }

  async #ask<T>(question: Question): Promise<T> {
    const { createPromptModule } = (await import('inquirer')).default;
    const { input, output, colours, signal } = this.#terminal;
    const closed = new AbortController();
    const nobodyThere = (): void => closed.abort();
    // At the end of its input a prompt just falls silent, and Node would end with the promise open.
    process.once('beforeExit', nobodyThere);
    // Inquirer ends the process on a signal that nobody else listens to; here `signal` has to be the one that ends it.
    const listening = (): void => undefined;
    for (const name of endingSignals) process.on(name, listening);
    const ask = createPromptModule({
      input,
      output: colours ? output : plainOutput(output),
      signal: AbortSignal.any([signal, closed.signal]),
    });
    try {
      const { answer } = (await ask([{ ...question, name: 'answer' }] as never)) as { answer: T };
      return answer;
    } catch (error) {
      if (!closedNames.has((error as Error).name)) throw error;
      output.write('\n');
      throw new AuditExportError('interrupted', 'The question was closed.', { cause: error });
    } finally {
      process.off('beforeExit', nobodyThere);
      for (const name of endingSignals) process.off(name, listening);
    }
  }
}

function toInquirer({ value, label, description, disabled }: Choice): object {
  return {
    value,
    name: label,
    short: value,
    ...(description === undefined ? {} : { description }),
    ...(disabled === undefined ? {} : { disabled: `(${disabled})` }),
  };
}

/** The choices that hold the term, or are it (`<` goes back); the term itself where it is none of them but would do. */
function found(
  choices: readonly Choice[],
  term: string | undefined,
  check: SearchQuestion['check'],
): readonly Choice[] {
  const wanted = term?.trim().toLowerCase() ?? '';
  const fitting = choices.filter(
    ({ value, label }) => value === wanted || label.toLowerCase().includes(wanted),
  );
  const own = wanted === '' || choices.some(({ value }) => value === wanted) || check(wanted) !== undefined;
  return own ? fitting : [...fitting, { value: wanted, label: wanted }];
}

/** The help stands below the question while it is open; `opening` is where the answer is typed. */
function themeOf(help: string, opening = ''): object {
  return {
    style: {
      message: (text: string, status: string) =>
        status === 'done'
          ? styleText('bold', text)
          : `${styleText('bold', text)}\n  ${styleText('dim', help)}${opening}`,
    },
  };
}
