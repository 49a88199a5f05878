/** What every question has. */
interface Asked {
  /** The word a script would use for it: the flag's name. */
  name: string;
  message: string;
  /** One line below the question. */
  help: string;
}

/** An answer that is typed. */
export interface TextQuestion extends Asked {
  /** Shown in the empty line, and taken where nothing is typed. */
  preset?: string;
  /** The reason and the rule where the text is no answer; undefined where it is one. */
  check: (text: string) => string | undefined;
}

export interface Choice {
  value: string;
  label: string;
  /** Shown while the choice is under the cursor. */
  description?: string;
  /** Why it can't be chosen. */
  disabled?: string;
}

/** One of a few. */
export interface ChoiceQuestion extends Asked {
  choices: readonly Choice[];
  preset?: string;
}

/** One of many, found by typing a part of it. A text that is none of them is a choice too, where `check` lets it pass. */
export interface SearchQuestion extends Asked {
  choices: readonly Choice[];
  preset?: string;
  check: (text: string) => string | undefined;
}

/** Any number of a few. */
export interface PickQuestion extends Asked {
  choices: readonly Choice[];
  picked: readonly string[];
  check: (values: readonly string[]) => string | undefined;
}

export interface ConfirmQuestion extends Asked {
  preset: boolean;
}

/** Asks somebody at a terminal. Every question throws `interrupted` when it is closed instead of answered. */
export interface Prompter {
  text: (question: TextQuestion) => Promise<string>;
  choose: (question: ChoiceQuestion) => Promise<string>;
  search: (question: SearchQuestion) => Promise<string>;
  pick: (question: PickQuestion) => Promise<string[]>;
  confirm: (question: ConfirmQuestion) => Promise<boolean>;
}
