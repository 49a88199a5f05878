import { formatBytes, formatCount, formatCounted } from '../../report/format.ts';
import type { FindingCode } from '../../verify/finding.ts';
import { findingMeanings, placesOf } from '../../verify/finding.ts';
import type { VerifiedLog, VerifyReport } from '../../verify/verify-report.ts';
import { escapeHtml } from './escape.ts';

const verdicts: Record<VerifyReport['verdict'], string> = {
  intact: 'complete and untouched',
  findings: 'not as it was delivered',
  'not-proven': 'nothing found, but not all could be proven',
};

/** Findings of one code that the page lists. */
const mostListed = 50;

/** What a verification found, or how to make one. */
export function renderVerification(report: VerifyReport | undefined): string {
  if (report === undefined)
    return '<section class="card"><h2>Verification</h2><p>Only the log was read. Whether the objects are what it says: <code>audit-export verify --report FILE.html</code></p></section>';
  const { verdict, mode, objects, notProven, logs } = report;
  const read =
    mode === 'quick'
      ? `${formatCounted(objects.listed, 'object', 'objects')} looked up, none read (--quick)`
      : `${formatCounted(objects.read, 'object', 'objects')} read and hashed, ${formatBytes(objects.bytes)} of lines`;
  const period =
    report.from === null && report.to === null
      ? ''
      : `, of events from ${report.from ?? 'the beginning'} to before ${report.to ?? 'the end'}`;
  return `<section class="card" aria-labelledby="verification">
<h2 id="verification">Verification</h2>
<p><span class="verdict ${verdict}">${escapeHtml(verdicts[verdict])}</span></p>
<p>${escapeHtml(read + period)}.</p>
${logs.map(logText).join('')}
${findingsList(report)}
${notProven.length === 0 ? '' : `<h3>Could not be proven</h3><ul class="plain">${notProven.map(({ what, why, permission }) => `<li>${escapeHtml(what)}: ${escapeHtml(why)}${permission === undefined ? '' : ` (<code>${escapeHtml(permission)}</code> is missing)`}</li>`).join('')}</ul>`}
</section>`;
}

function logText({ id, leaves, keyIsGiven, last, checkpoints, remembered }: VerifiedLog): string {
  const key = keyIsGiven
    ? 'signed by a key that was given to the verification'
    : 'signed by the key that the log itself names: nobody outside vouches for it';
  const size = leaves === null ? 'no checkpoint that is signed' : formatCounted(leaves, 'leaf', 'leaves');
  const seen =
    remembered === null
      ? ''
      : `; it begins with the ${formatCount(remembered.leaves)} leaves seen on ${remembered.at.slice(0, 10)}`;
  return `<p>Log <code>${escapeHtml(id)}</code>: ${escapeHtml(`${size}, ${formatCounted(checkpoints, 'checkpoint', 'checkpoints')}, the last leaf of ${last ?? 'an unknown time'}; ${key}${seen}`)}.</p>`;
}

function findingsList({ findings, counts }: VerifyReport): string {
  if (findings.length === 0) return '';
  const groups = Object.entries(counts).map(([code, count]) => {
    const shown = placesOf(findings.filter((finding) => finding.code === code)).slice(0, mostListed);
    const items = shown.map(
      ({ message, key }) =>
        `<li>${escapeHtml(message)}${key === undefined ? '' : `<br><code>${escapeHtml(key)}</code>`}</li>`,
    );
    const more = count > shown.length ? `<li class="soft">and ${formatCount(count - shown.length)} more</li>` : '';
    const meaning = findingMeanings[code as FindingCode];
    return `<details><summary><strong>${escapeHtml(code)}</strong> ${formatCount(count)}: ${escapeHtml(meaning)}</summary><ul class="plain">${items.join('')}${more}</ul></details>`;
  });
  return `<h3>Findings</h3>${groups.join('')}`;
}
