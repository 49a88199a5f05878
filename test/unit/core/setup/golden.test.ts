import { describe, expect, test } from 'vitest';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { explainAccess } from '../../../../src/core/setup/desired/explain.ts';
import {
  printedAccess,
  renderAccess,
  renderFormats,
} from '../../../../src/core/setup/render/render-access.ts';
import { goldenCases } from './answers.ts';

describe.each(Object.entries(goldenCases))('the access of the case %s', (name, answers) => {
  const folder = `../../../fixtures/setup/${name}`;

  test.each(renderFormats)('is rendered for %s byte for byte as kept', async (format) => {
    const files = renderAccess(printedAccess(buildDesiredAccess(answers)), format);
    expect(files.length).toBeGreaterThan(0);
    for (const { file, text } of files) await expect(text).toMatchFileSnapshot(`${folder}/${file}.golden`);
  });

  test('is explained in the words kept', async () => {
    const sentences = explainAccess(buildDesiredAccess(answers));
    await expect(`${sentences.join('\n')}\n`).toMatchFileSnapshot(`${folder}/explanation.txt.golden`);
  });

  test('comes out the same from answers given in another order', () => {
    const turned = Object.fromEntries(Object.entries(answers).reverse()) as unknown as typeof answers;
    for (const format of renderFormats) {
      expect(renderAccess(printedAccess(buildDesiredAccess(turned)), format)).toEqual(
        renderAccess(printedAccess(buildDesiredAccess(answers)), format),
      );
    }
  });
});
