import { expect, test } from 'vitest';
import type { ScriptedAnswer } from './scripted-prompter.ts';
import { close, keep, ScriptedPrompter } from './scripted-prompter.ts';

const text = {
  message: 'Bucket',
  help: '',
  check: (text: string) => (text === 'bad' ? 'it is bad' : undefined),
};
const choices = [
  { value: 'a', label: 'A' },
  { value: 'b', label: 'B', disabled: 'not today' },
];

test('it answers in the order of its script, and knows what was not asked', async () => {
  const prompter = new ScriptedPrompter([
    ['bucket', 'acme'],
    ['prefix', keep],
    ['apply', true],
  ]);
  await expect(prompter.text({ ...text, name: 'bucket' })).resolves.toBe('acme');
  await expect(prompter.text({ ...text, name: 'prefix', preset: 'altr' })).resolves.toBe('altr');
  expect(prompter.asked).toEqual(['bucket', 'prefix']);
  expect(prompter.unasked).toEqual(['apply']);
});

test('a question that is not expected fails', async () => {
  const prompter = new ScriptedPrompter([['bucket', 'acme']]);
  await expect(prompter.text({ ...text, name: 'region' })).rejects.toThrow('unexpected question region');
});

test('a question after the end of the script fails', async () => {
  await expect(new ScriptedPrompter([]).text({ ...text, name: 'region' })).rejects.toThrow('come to its end');
});

test('an answer that the question refuses fails', async () => {
  await expect(new ScriptedPrompter([['bucket', 'bad']]).text({ ...text, name: 'bucket' })).rejects.toThrow(
    'it is bad',
  );
});

test.each<[string, ScriptedAnswer]>([
  ['is not offered', 'c'],
  ['is disabled', 'b'],
])('a choice that %s fails', async (_, answer) => {
  const prompter = new ScriptedPrompter([['apply', answer]]);
  await expect(prompter.choose({ name: 'apply', message: '', help: '', choices })).rejects.toThrow(/apply/);
});

test('a type that is not offered fails', async () => {
  const prompter = new ScriptedPrompter([['types', ['c']]]);
  await expect(
    prompter.pick({ name: 'types', message: '', help: '', choices, picked: [], check: () => undefined }),
  ).rejects.toThrow('does not offer c');
});

test('closing is what Ctrl-C does', async () => {
  const prompter = new ScriptedPrompter([['apply', close]]);
  await expect(
    prompter.confirm({ name: 'apply', message: '', help: '', preset: true }),
  ).rejects.toMatchObject({
    code: 'interrupted',
    exitCode: 130,
  });
});
