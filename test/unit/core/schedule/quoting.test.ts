import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellWord } from '../../../../src/core/language/shell-word.ts';
import {
  cronWord,
  kubernetesWord,
  systemdAssignment,
  systemdWord,
} from '../../../../src/core/schedule/quoting.ts';
import { renderYaml } from '../../../../src/core/language/yaml.ts';
import { parse } from 'yaml';
import { cronCommand, expandedByKubelet, systemdWords } from './readers.ts';

/** Words of everything that means something to somebody. */
const nasty = fc.string({
  unit: fc.constantFrom(...Array.from(` %$\\'"\`;&|<>(){}[]*?!#~=:,-a1é🙂`)),
  minLength: 1,
  maxLength: 12,
});
const words = fc.array(nasty, { minLength: 1, maxLength: 6 });

/** What a shell understands, one word a line. */
const shellWords = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    .split('\n')
    .slice(0, -1);

describe('a word comes out as it went in', () => {
  test('of a shell', () => {
    fc.assert(
      fc.property(words, (given) => {
        expect(shellWords(given.map(shellWord).join(' '))).toEqual(given);
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['Vixie', true],
    ['Cronie', false],
  ])("of a shell that %s's cron starts", (_, strict) => {
    fc.assert(
      fc.property(words, (given) => {
        expect(shellWords(cronCommand(given.map(cronWord).join(' '), strict))).toEqual(given);
      }),
      { numRuns: 25 },
    );
  });

  test('of a service of systemd, the program included', () => {
    fc.assert(
      fc.property(nasty, words, (program, given) => {
        const line = [systemdWord(`/${program}`, true), ...given.map((word) => systemdWord(word))].join(' ');
        expect(systemdWords(line)).toEqual([`/${program}`, ...given]);
      }),
    );
  });

  test('of an environment of systemd, where a $ means nothing', () => {
    expect(systemdAssignment('A', 'x y"%$')).toBe(String.raw`"A=x y\"%%$"`);
  });

  test('of an argument of a container', () => {
    fc.assert(
      fc.property(nasty, (word) => {
        expect(expandedByKubelet(kubernetesWord(word))).toBe(word);
      }),
    );
    expect(expandedByKubelet(kubernetesWord('$(HOME) $$(X) $'))).toBe('$(HOME) $$(X) $');
  });
});

test.each([
  ['plain words stay as they are', '/var/log/altr-1.jsonl', '/var/log/altr-1.jsonl'],
  ['a percent sign is escaped', '100%', String.raw`100\%`],
  ['no backslash stands before another', String.raw`a\\b`, String.raw`'a\''\''b'`],
])('in a crontab %s', (_, word, written) => {
  expect(cronWord(word)).toBe(written);
});

describe('YAML', () => {
  const texts = fc.oneof(
    nasty,
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      'no',
      'Yes',
      '~',
      '1e3',
      '0x1F',
      '2026-01-01',
      '12:30',
      'a: b',
      'a #b',
      '- x',
      '---',
      'x\n',
      'x\n y\n',
      '\n',
    ),
  );
  const { documents } = fc.letrec<{ documents: object; value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      texts,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('documents'),
    ),
    documents: fc.dictionary(
      texts.filter((name) => name !== '__proto__' && name !== '<<'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }));

  test('is read back as it was meant, by readers of YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const text = renderYaml(document);
        expect(parse(text)).toEqual(document);
        expect(parse(text, { version: '1.1' })).toEqual(document);
      }),
    );
  });

  test('keeps the lines of a file', () => {
    expect(renderYaml({ data: { 'a.json': '{\n  "x": 1\n}\n' } })).toBe(
      'data:\n  a.json: |\n    {\n      "x": 1\n    }\n',
    );
  });
});
