// @ts-check
/** Who is measured: how each is called, and how to tell whether it is here. A contender that is not installed is left out. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';

/** @typedef {import('./make-input.mjs').Input} Input */
/** @typedef {import('./measure.mjs').Command} Command */

/**
 * @typedef {object} Surroundings
 * @property {Input} input
 * @property {string} endpoint of the S3 sink
 * @property {string} folder empty, for what is written to disk
 */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {'sink' | 'folder' | 'file'} writesTo where its export is found afterwards; `file`: one gzip file, no export
 * @property {() => string | undefined} version undefined where it is not installed
 * @property {(surroundings: Surroundings) => Command} command
 */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
export const cli = here('../bin/audit-export.js');

/** The first line that a program says of its version. @param {string} program @param {string[]} args */
function says(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '') : undefined;
}

const s3Environment = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** @param {string} name @param {readonly string[]} flags @param {() => string | undefined} version @returns {Contender} */
function pushWith(name, flags, version = () => `Node ${process.versions.node}`) {
  return {
    name,
    writesTo: 'sink',
    version,
    // A state folder of its own: in a run after the first, the ledger would know the file.
    command: ({ input, endpoint, folder }) => ({
      program: process.execPath,
      args: [
        cli,
        'push',
        input.file,
        '--to',
        's3://bench/export',
        '--partition',
        'hour',
        '--quiet',
        ...flags,
      ],
      env: { ...s3Environment, AWS_ENDPOINT_URL: endpoint, XDG_STATE_HOME: `${folder}/state` },
    }),
  };
}

/** @type {Contender} */
export const gzip = {
  name: 'gzip -6',
  writesTo: 'file',
  version: () => says('gzip', ['--version']),
  command: ({ input, folder }) => ({
    program: 'gzip',
    args: ['-6', '-c', input.file],
    stdoutFile: `${folder}/all.jsonl.gz`,
  }),
};

const rclone = () => says('rclone', ['version']);

/** @type {Contender} */
const python = {
  name: 'Python + boto3',
  writesTo: 'sink',
  version: () =>
    says('python3', [
      '-c',
      'import sys, boto3, importlib.util as u; print("Python", sys.version.split()[0], "boto3", boto3.__version__, "orjson" if u.find_spec("orjson") else "json")',
    ]),
  command: ({ input, endpoint }) => ({
    program: 'python3',
    args: [here('peers/python-export.py'), input.file, endpoint],
    env: s3Environment,
  }),
};

const duckdb = {
  program: process.execPath,
  script: here('peers/duckdb-export.mjs'),
  version: () =>
    says(process.execPath, [
      '--input-type=module',
      '-e',
      'const { version } = await import("@duckdb/node-api"); console.log("DuckDB", version());',
    ]),
};

/** @type {Contender} */
const duckdbToFolder = {
  name: 'DuckDB, to a folder',
  writesTo: 'folder',
  version: duckdb.version,
  command: ({ input, folder }) => ({
    program: duckdb.program,
    args: [duckdb.script, input.file, `${folder}/out`],
  }),
};

/** @type {Contender} */
const duckdbWithRclone = {
  name: 'DuckDB + rclone',
  writesTo: 'sink',
  version: () => (duckdb.version() === undefined ? undefined : rclone()),
  command: ({ input, folder, endpoint }) => ({
    program: 'bash',
    args: [
      '-c',
      '"$0" "$1" "$2" "$3/out" && rclone copy --s3-no-check-bucket --s3-no-head --transfers 8 "$3/out" :s3:bench/duckdb',
      duckdb.program,
      duckdb.script,
      input.file,
      folder,
    ],
    env: {
      ...s3Environment,
      RCLONE_S3_PROVIDER: 'Other',
      RCLONE_S3_ACCESS_KEY_ID: 'bench',
      RCLONE_S3_SECRET_ACCESS_KEY: 'bench',
      AWS_CA_BUNDLE: '',
      RCLONE_S3_ENDPOINT: endpoint,
      RCLONE_CONFIG: '/dev/null',
    },
  }),
};

const hasZstd = () => ('createZstdCompress' in zlib ? `Node ${process.versions.node}` : undefined);

/** All of them: `push` as it is, in its other settings, and what a user would take instead. */
export const contenders = [
  gzip,
  pushWith('audit-export push', []),
  pushWith('audit-export push --level 6', ['--level', '6']),
  pushWith('audit-export push --compression zstd', ['--compression', 'zstd'], hasZstd),
  python,
  duckdbToFolder,
  duckdbWithRclone,
];
