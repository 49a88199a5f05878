import { parseVerifierKey } from '../../../core/log/signed-note.ts';
import type { Witness } from '../../../core/log/write/witness.ts';
import { AuditExportError } from '../../../errors.ts';
import type { PushOptions } from '../plan/settings.ts';

/** The witnesses that are named. Throws `usage` for one that has no URL or no key. */
export function witnessesOf({ witness = {} }: Pick<PushOptions, 'witness'>): Witness[] {
  return Object.entries(witness).map(([url, text]) => {
    const key = parseVerifierKey(text);
    if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && key.kind === 'cosignature')
      return { url, key };
    throw new AuditExportError('usage', `--witness ${url}=${text} names no witness.`, {
      cure: 'Write it as --witness URL=KEY, with the verifier key of its cosignatures (of type 4), as its operator publishes it.',
    });
  });
}
