import { AuditExportError } from '../../../errors.ts';
import type { AnswerName } from '../../../core/setup/answers/answers.ts';
import type { AccessReceipt } from '../../../core/setup/plan/receipt.ts';
import { parseReceipt } from '../../../core/setup/plan/receipt.ts';
import { answerText } from '../../../core/setup/answers/answers.ts';
import type { Wizard } from '../wizard/wizard.ts';

/** A receipt with everything that goes on from it. */
export type CompleteReceipt = AccessReceipt & { roleArn: string };

/**
 * Reads the receipt that an administrator has sent back, and takes its answers where there are none. Throws
 * `document-invalid` where it is not whole, or is about something else than was asked for.
 */
export async function readReceipt(
  wizard: Wizard,
  file: string,
): Promise<{ receipt: CompleteReceipt; file: string }> {
  const receipt = parseReceipt(file, await wizard.host.readFile(file));
  const { complete, roleArn } = receipt;
  if (!complete || roleArn === null)
    throw unusable(file, 'it was written half-way, before role and policy were whole', {
      cure: 'Have audit-export iam apply run again over there: it goes on where it stopped.',
    });
  const told = answersOfReceipt(receipt);
  const differences = Object.entries(told).flatMap(([name, value]) => {
    const asked = wizard.given[name as AnswerName] ?? answerText(wizard.answers, name as AnswerName);
    return asked === undefined || asked === value ? [] : [`${name} is ${value}, not ${asked}`];
  });
  if (differences.length > 0)
    throw unusable(
      file,
      `it is about something else than the profile ${wizard.profileName}: ${differences.join('; ')}`,
      {
        cure: 'Take the receipt of this request, or name another profile with --profile.',
      },
    );
  wizard.answers = {
    policyName: receipt.policyName,
    deliverer: receipt.deliverer,
    ...(receipt.writeOnce ? { writeOnce: true } : {}),
    ...wizard.answers,
    ...told,
    inlinePolicy: receipt.policyArn === null,
    customerAccountId: roleArn.split(':')[4],
  };
  return { receipt: { ...receipt, roleArn }, file };
}

function answersOfReceipt(
  receipt: AccessReceipt,
): Partial<Record<Exclude<AnswerName, 'types' | 'deliverer' | 'writeOnce'>, string>> {
  return {
    accountId: receipt.trustedAccountId,
    organizationId: receipt.externalId,
    bucket: receipt.bucket,
    region: receipt.region,
    prefix: receipt.prefix,
    roleName: receipt.roleName,
    ...(receipt.kmsKeyArn === null ? {} : { kmsKeyArn: receipt.kmsKeyArn }),
  };
}

function unusable(file: string, why: string, { cure }: { cure: string }): AuditExportError {
  return new AuditExportError('document-invalid', `The receipt ${file} can't be used: ${why}.`, { cure });
}
