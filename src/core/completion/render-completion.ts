import type { CompletedCommand } from './completed-command.ts';
import { renderBash } from './render/bash.ts';
import { renderFish } from './render/fish.ts';
import { renderZsh } from './render/zsh.ts';

const renderers = { bash: renderBash, zsh: renderZsh, fish: renderFish } as const;

export type Shell = keyof typeof renderers;

export const shells = Object.keys(renderers) as Shell[];

/** The completion of all commands as a script of the shell. */
export function renderCompletion(commands: readonly CompletedCommand[], shell: Shell): string {
  return renderers[shell](commands);
}
