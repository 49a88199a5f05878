import { AuditExportError } from '../../src/errors.ts';
import type {
  ChoiceQuestion,
  ConfirmQuestion,
  PickQuestion,
  Prompter,
  SearchQuestion,
  TextQuestion,
} from '../../src/ports/terminal/prompter.ts';

/** What is done at a question: an answer, the answer that stands there already, or closing it. */
export type ScriptedAnswer = string | readonly string[] | boolean | typeof keep | typeof close;

/** Presses Enter on what stands there. */
export const keep = Symbol('keep');
/** Presses Ctrl-C. */
export const close = Symbol('close');

/** One expected question, by the name of its flag, and what is done there. */
export type ScriptLine = readonly [question: string, answer: ScriptedAnswer];

/**
 * Answers questions by a script, in its order. A question that the script does not expect, an answer that the question
 * refuses, and an answer that the question does not offer are failures of the test.
 */
export class ScriptedPrompter implements Prompter {
  /** The questions that came, by name. */
  readonly asked: string[] = [];
  readonly #script: ScriptLine[];

  constructor(script: readonly ScriptLine[]) {
    this.#script = [...script];
  }

  /** The questions that never came. */
  get unasked(): string[] {
    return this.#script.map(([name]) => name);
  }

  async text({ name, preset, check }: TextQuestion): Promise<string> {
    const answer = this.#next(name);
    const text = answer === keep ? preset : answer;
    if (typeof text !== 'string') throw new Error(`${name} wants a text, the script says ${String(answer)}`);
    return accepted(name, text, check(text));
  }

  async choose({ name, choices, preset }: ChoiceQuestion): Promise<string> {
    const answer = this.#next(name);
    const value = answer === keep ? preset : answer;
    const choice = choices.find((choice) => choice.value === value);
    if (choice === undefined) throw new Error(`${name} does not offer ${String(answer)}`);
    if (choice.disabled !== undefined)
      throw new Error(`${name} can't be ${choice.value}: ${choice.disabled}`);
    return choice.value;
  }

  async search({ name, preset, check }: SearchQuestion): Promise<string> {
    const answer = this.#next(name);
    const text = answer === keep ? preset : answer;
    if (typeof text !== 'string')
      throw new Error(`${name} wants a choice, the script says ${String(answer)}`);
    return accepted(name, text, check(text));
  }

  async pick({ name, choices, picked, check }: PickQuestion): Promise<string[]> {
    const answer = this.#next(name);
    const values = answer === keep ? picked : answer;
    if (!Array.isArray(values)) throw new Error(`${name} wants a list, the script says ${String(answer)}`);
    const chosen = values as readonly string[];
    const strange = chosen.find((value) => choices.every((choice) => choice.value !== value));
    if (strange !== undefined) throw new Error(`${name} does not offer ${strange}`);
    return accepted(name, [...chosen], check(chosen));
  }

  async confirm({ name, preset }: ConfirmQuestion): Promise<boolean> {
    const answer = this.#next(name);
    if (answer === keep) return preset;
    if (typeof answer !== 'boolean')
      throw new Error(`${name} wants yes or no, the script says ${String(answer)}`);
    return answer;
  }

  #next(name: string): ScriptedAnswer {
    this.asked.push(name);
    const [expected, answer] = this.#script.shift() ?? [];
    if (expected !== name)
      throw new Error(`unexpected question ${name}; the script has ${expected ?? 'come to its end'}`);
    if (answer === close) throw new AuditExportError('interrupted', 'The question was closed.');
    return answer as ScriptedAnswer;
  }
}

function accepted<T>(name: string, value: T, reason: string | undefined): T {
  if (reason !== undefined) throw new Error(`${name} refused ${String(value)}: ${reason}`);
  return value;
}
