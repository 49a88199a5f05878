import type { VerifyReport } from '../verify-report.ts';

/** What a bundle is, and how a stranger checks it; Markdown. */
export function renderCheckDocument(
  name: string,
  { store, from, to, verdict, counts, logs, objects }: VerifyReport,
): string {
  const period =
    from === null && to === null
      ? 'all events'
      : `events from ${from ?? 'the first'} to before ${to ?? 'the end'}`;
  const found = Object.entries(counts).map(([code, count]) => `- ${code}: ${count}`);
  return `# ${name}

Audit events as they lie in ${store}: ${period}. ${objects.read} objects, ${objects.lines} lines.

| what is here | what it is |
| --- | --- |
| \`objects/\` | the objects, byte for byte, under their keys |
| \`proofs/\` | for each leaf of the transparency log that tells of them, a proof that it is in the log (C2SP tlog-proof) |
| \`leaves/\` | the same leaves to read: what a run began with, its objects with their SHA-256, how it ended |
| \`checkpoints/\` | the signed roots that the proofs lead to (C2SP tlog-checkpoint) |
| \`keys.txt\` | the verifier keys of the logs |
| \`report.json\` | what \`audit-export verify\` found |
| \`check.py\` | checks all of it |

## Check it

\`\`\`sh
python3 check.py VKEY     # the key that was noted when the log was begun; of several, one behind the other
\`\`\`

It takes Python 3.8 or newer and openssl 3, no network, and nothing of the tool that made this. Exit code 0 means: each proof leads
to a root that the key has signed, and each object is the one whose SHA-256 is in its leaf.

What the check does, should you rather do it by hand:

1. A leaf is one line of JSON. Its hash is SHA-256 of a zero byte and the line (RFC 6962, 2.1).
2. The hashes of its \`.tlog-proof\` lead from there to the root (RFC 9162, 2.1.3.2).
3. The root stands in the checkpoint at the end of the proof. Its signature is Ed25519 over all lines before the empty one
   (\`openssl pkeyutl -verify -rawin\`); the last line has the key id (4 bytes) and the signature (64) in base64.
4. The SHA-256 in the leaf is that of the uncompressed object: \`gzip -dc OBJECT | sha256sum\`.

## What it proves, and what it does not

It proves that these objects are what was delivered, and that the log knew them when the checkpoint was signed. It does not prove
that there were no others: that is what \`audit-export verify\` is for, on the whole store; it said \`${verdict}\`${found.length === 0 ? '' : ':'}

${found.join('\n')}${found.length === 0 ? '' : '\n\n'}Logs: ${logs.map(({ id, leaves, root }) => `\`${id}\` with ${leaves ?? 0} leaves and root \`${root ?? ''}\``).join(', ')}.
`;
}
