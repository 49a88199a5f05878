import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { questions } from '../../../../src/commands/init/wizard/questions.ts';

const folder = new URL('../../../../schemas/events/', import.meta.url);

test('the wizard offers every audit type that has a schema: whoever chooses all gets all', () => {
  const types = readdirSync(folder).map((file) => {
    const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      'x-audit-export': { type: string };
    };
    return schema['x-audit-export'].type;
  });
  const question = questions.find(({ name }) => name === 'types');
  expect(question?.choices?.map(({ value }) => value).toSorted()).toEqual([...new Set(types)].toSorted());
});
