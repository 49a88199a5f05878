import type { ProbeId } from '../../core/access/findings/probes.ts';
import { probeIds } from '../../core/access/findings/probes.ts';
import { closest } from '../../core/config/closest.ts';
import { AuditExportError } from '../../errors.ts';

/** The probes that a flag names. Throws `usage` for one that there is not, with the one that was meant. */
export function probesNamed(flag: string, names: readonly string[] | undefined): ProbeId[] {
  return (names ?? []).map((name) => {
    const known = probeIds.find((id) => id === name);
    if (known !== undefined) return known;
    const meant = closest(name, probeIds);
    throw new AuditExportError('usage', `--${flag}: there is no probe ${JSON.stringify(name)}.`, {
      cure: meant === undefined ? `The probes are ${probeIds.join(', ')}.` : `Did you mean ${meant}?`,
    });
  });
}
