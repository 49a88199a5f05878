// The second chapter of the demo; runs within `audit-export rehearse`: from nothing to events in a bucket, as two people.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'audit-export-demo-'));
const strong = (text) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);

function run(who, args, expected) {
  console.log(strong(`$ AWS_PROFILE=${who} audit-export ${args.join(' ')}`));
  const env = { ...process.env, AWS_PROFILE: who, XDG_STATE_HOME: join(folder, 'state') };
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'bin/audit-export.js'), ...args, '--config', join(folder, 'audit-export.json')],
    {
      cwd: root,
      stdio: 'inherit',
      env,
    },
  );
  console.log('');
  if (!expected.includes(status))
    throw new Error(`the demo expected exit code ${expected.join(' or ')}, and got ${status}`);
}

try {
  console.log(
    strong(
      'The administrator of account 111122223333 lets account 444455556666 in, and no further than needed',
    ),
  );
  run(
    'customer',
    [
      'init',
      '--profile',
      'acme',
      '--account-id',
      '444455556666',
      '--organization-id',
      '1c42465e-4bf2-4e83-90d6-f6fbcac03634',
      '--bucket',
      'acme-audit',
      '--create-bucket',
      '--region',
      'us-east-1',
      '--prefix',
      'altr',
      '--apply',
      '--yes',
    ],
    [0],
  );
  console.log(strong('The other side proves what the role can do, and what it can not'));
  run('vendor', ['test-access', '--profile', 'acme'], [0]);
  console.log(strong('And delivers, with that role alone'));
  run('vendor', ['push', '--profile', 'acme', join('examples', 'events.jsonl')], [5]);
  console.log(strong('What lies in the bucket'));
  const s3 = new S3Client({ forcePathStyle: true });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'acme-audit' }));
  for (const { Key, Size } of Contents) console.log(`  s3://acme-audit/${Key}  ${Size} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
