import { formatBytes, formatCount, formatCounted } from '../../report/format.ts';
import type { FindingCode, FindingPlace } from '../../verify/finding.ts';
import { findingMeanings } from '../../verify/finding.ts';
import type { VerifiedLog, VerifyReport } from '../../verify/verify-report.ts';
import { escapeHtml } from './escape.ts';

const verdicts: Record<VerifyReport['verdict'], string> = {
  intact: 'complete and untouched',
  findings: 'not as it was delivered',
  'not-proven': 'nothing found, but not all could be proven',
};

/** Of a log that has published nothing yet. */
const begun = 'nothing wrong, and nothing recorded yet';

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
  const flight =
    objects.inFlight === 0
      ? ''
      : `; ${formatCounted(objects.inFlight, 'object is', 'objects are')} in no log yet, of a run that is under way`;
  const hasBegun = verdict === 'intact' && logs.every(({ leaves }) => leaves === null);
  return `<section class="card" aria-labelledby="verification">
<h2 id="verification">Verification</h2>
<p><span class="verdict ${verdict}">${escapeHtml(hasBegun ? begun : verdicts[verdict])}</span></p>
<p>${escapeHtml(read + period + flight)}.</p>
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
    let left = mostListed;
    const items = findings
      .filter((finding) => finding.code === code)
      .flatMap(({ message, examples }) => {
        const shown = examples.slice(0, left);
        left -= shown.length;
        return shown.length === 0 ? [] : [`<li>${escapeHtml(message)}${placesList(shown)}</li>`];
      });
    const more = count - (mostListed - left);
    const rest = more > 0 ? `<li class="soft">and ${formatCount(more)} more</li>` : '';
    const meaning = findingMeanings[code as FindingCode];
    return `<details><summary><strong>${escapeHtml(code)}</strong> ${formatCount(count)}: ${escapeHtml(meaning)}</summary><ul class="plain">${items.join('')}${rest}</ul></details>`;
  });
  return `<h3>Findings</h3>${groups.join('')}`;
}

/** What is said of several places is said once. */
function placesList(places: readonly FindingPlace[]): string {
  return places
    .map(({ key, detail }) =>
      [key === undefined ? '' : `<code>${escapeHtml(key)}</code>`, escapeHtml(detail ?? '')]
        .filter((part) => part !== '')
        .join(' '),
    )
    .map((place) => (place === '' ? '' : `<br>${place}`))
    .join('');
}
