import { resolve } from 'node:path';
import { describeStoreAddress, parseStoreAddress } from '../../core/config/store-address.ts';
import { parseEvery } from '../../core/schedule/every.ts';
import type { ScheduleFormat } from '../../core/schedule/formats.ts';
import { renderSchedule, runsHere } from '../../core/schedule/render-schedule.ts';
import type {
  RenderedFile,
  Schedule,
  ScheduledCommand,
  ScheduledStore,
} from '../../core/schedule/schedule.ts';
import { scheduleName } from '../../core/schedule/schedule.ts';
import { printable } from '../../core/report/printable.ts';
import { AuditExportError } from '../../errors.ts';
import type { SnowflakeHere } from './scheduled-collect.ts';
import { scheduledCollect } from './scheduled-collect.ts';
import type { ScheduleOptions } from './settings.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** What `schedule` is asked to print. */
export interface ScheduleRequest {
  inputs: readonly string[];
  options: ScheduleOptions & { region: string | undefined };
  profile: { name: string; profile: Profile } | undefined;
  configFile: string | undefined;
}

/** The machine that it is asked on. */
export interface ScheduleHost {
  /** The words that start audit-export, absolute. */
  program: readonly string[];
  workingFolder: string;
  /** The path that state of a configuration file is found by. */
  configPath: (file: string) => string;
  /** Where this user keeps state; undefined where there is no place. */
  stateHome: string | undefined;
  snowflake: SnowflakeHere;
}

/** What `schedule --json` prints. Shape: schemas/schedule.schema.json. */
export interface ScheduleReport {
  report: 'schedule';
  version: 1;
  format: ScheduleFormat;
  name: string;
  profile: string;
  everyHours: number | null;
  files: RenderedFile[];
}

/** Makes the files of a schedule; writes nothing. Throws `missing-answer`, `usage` and `draft-profile`. */
export function schedule(request: ScheduleRequest, host: ScheduleHost): ScheduleReport {
  const format = request.options.format as ScheduleFormat;
  const model = modelOf(request, host, format);
  return {
    report: 'schedule',
    version: 1,
    format,
    name: model.name,
    profile: model.profile,
    everyHours: model.everyHours ?? null,
    files: renderSchedule(model, format),
  };
}

function modelOf(
  request: ScheduleRequest,
  { program, workingFolder, configPath, stateHome, snowflake }: ScheduleHost,
  format: ScheduleFormat,
): Schedule {
  const { options, inputs, configFile } = request;
  const { name: profile, profile: values } = requireProfile(request.profile);
  const command = options.command as ScheduledCommand;
  checkInputs(inputs, command);
  const everyHours = everyHoursOf(options.every, command, format);
  const store = storeOf(values, options.region, workingFolder);
  const here = runsHere(format);
  if (!here && store.folder !== undefined) throw noFolderInPod(store.folder);
  if (!here) inputs.forEach(refuseOutside);
  const absolute = (path: string): string => (isAddress(path) ? path : resolve(workingFolder, path));
  const collect = command === 'collect' ? scheduledCollect(values, snowflake, absolute) : nothingToHand;
  const name = scheduleName(profile, command);
  refuseControlCharacters([
    profile,
    store.to,
    workingFolder,
    configFile,
    stateHome,
    options.metricsFile,
    collect.keyFile,
    ...collect.flags.map(([, value]) => value),
    ...collect.files.map(({ path }) => path),
    ...inputs,
    ...program,
  ]);
  return {
    name,
    profile,
    command,
    everyHours,
    store,
    inputs: here ? inputs.map(absolute) : inputs,
    program,
    configFile: absolute(configFile ?? ''),
    configPath: configPath(absolute(configFile ?? '')),
    stateHome,
    fileMembers: ['schemas', 'quarantine'].filter((member) => member in values),
    ...collect,
    user: userName(options.user),
    metricsFile: options.metricsFile && absolute(options.metricsFile),
    kubernetes: {
      image: options.image,
      namespace: options.namespace,
      irsaRoleArn: options.irsaRole ?? placeholderRole(values),
      inputClaim: options.inputClaim ?? `${name}-input`,
      config: configWith(profile, values),
    },
  };
}

const nothingToHand = { flags: [], files: [], keyFile: undefined };

function requireProfile(profile: ScheduleRequest['profile']): { name: string; profile: Profile } {
  if (profile === undefined)
    throw new AuditExportError('missing-answer', 'It is not said which profile is to be scheduled.', {
      cure: 'Name one with --profile, or make one: audit-export init',
      details: { missing: '--profile' },
    });
  if (profile.profile.state === 'draft')
    throw new AuditExportError(
      'draft-profile',
      `The profile ${profile.name} is a draft: its set-up is not finished.`,
      {
        cure: `Finish it with audit-export init --profile ${profile.name}.`,
      },
    );
  return profile;
}

function everyHoursOf(
  every: string | undefined,
  command: ScheduledCommand,
  format: ScheduleFormat,
): number | undefined {
  if (format === 'kubernetes-deployment') {
    if (command === 'collect')
      throw contradiction('--command collect runs and ends; a Deployment is for push --follow');
    if (every !== undefined)
      throw contradiction('--every has no meaning for a Deployment, which runs all the time');
    return undefined;
  }
  if (every !== undefined) return parseEvery(every);
  throw new AuditExportError('missing-answer', 'It is not said how often to run.', {
    cure: 'Add --every 1h, up to --every 24h.',
    details: { missing: '--every' },
  });
}

function contradiction(why: string): AuditExportError {
  return new AuditExportError('usage', `${why}.`, {
    cure: 'Use --format kubernetes-cronjob, or leave it out.',
  });
}

function checkInputs(inputs: readonly string[], command: ScheduledCommand): void {
  if (command === 'collect') {
    if (inputs.length === 0) return;
    throw new AuditExportError(
      'usage',
      `collect reads from Snowflake and takes no inputs, such as ${inputs[0]}.`,
      {
        cure: 'Leave the inputs out, or use --command push.',
      },
    );
  }
  if (inputs.length === 0)
    throw new AuditExportError('missing-answer', 'It is not said what to deliver.', {
      cure: 'Name files, folders or globs behind --: audit-export schedule --every 1h -- /var/log/altr',
      details: { missing: 'inputs' },
    });
  if (inputs.includes('-'))
    throw new AuditExportError('usage', 'A schedule has no stdin to read (-).', {
      cure: 'Name files, folders or globs.',
    });
}

/** In a pod, inputs lie in one volume. */
function refuseOutside(input: string): void {
  if (isAddress(input) || !input.split('/').includes('..')) return;
  throw new AuditExportError('usage', `${input} leads out of the volume that the pod reads.`, {
    cure: 'Name inputs as they lie in the volume of --input-claim.',
  });
}

/** A line end in a word would begin a line of its own in a unit or a crontab. */
function refuseControlCharacters(words: readonly (string | undefined)[]): void {
  for (const word of words) {
    if (word === undefined || printable(word) === word) continue;
    throw new AuditExportError('usage', `${JSON.stringify(word)} has a control character in it.`, {
      cure: 'Use names without line ends and the like; for an input, name the folder above it.',
    });
  }
}

function userName(user: string | undefined): string | undefined {
  if (user === undefined || /^[A-Za-z_][\w.-]*$/.test(user)) return user;
  throw new AuditExportError('usage', `--user: ${JSON.stringify(user)} is no name of a user.`, {
    cure: 'Use the name of a user of this machine, such as --user audit.',
  });
}

function storeOf(profile: Profile, region: string | undefined, workingFolder: string): ScheduledStore {
  const { to, role } = profile;
  if (to === undefined)
    throw new AuditExportError('missing-answer', 'The profile does not say where to deliver.', {
      cure: 'Add "to" to the profile, or finish it with audit-export init.',
      details: { missing: 'to' },
    });
  const address = parseStoreAddress(to);
  const folder = address.kind === 'folder' ? resolve(workingFolder, address.path) : undefined;
  return {
    to: folder ?? describeStoreAddress(address),
    folder,
    region: region ?? profile.region,
    roleArn: role?.arn,
  };
}

function noFolderInPod(folder: string): AuditExportError {
  return new AuditExportError(
    'usage',
    `The profile delivers to the folder ${folder}, which a pod does not have.`,
    {
      cure: 'Use a profile that delivers to a bucket, or --format systemd.',
    },
  );
}

/** `s3://…` names the same wherever one stands. */
function isAddress(input: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(input);
}

/** The one who assumes the profile's role is in the vendor's account; without a role it is in the bucket's. */
function placeholderRole({ setup, role, bucketOwner }: Profile): string {
  const account = (role === undefined ? bucketOwner : setup?.accountId) ?? 'ACCOUNT';
  return `arn:aws:iam::${account}:role/CHANGE-ME`;
}

function configWith(name: string, profile: Profile): string {
  return `${JSON.stringify({ defaultProfile: name, profiles: { [name]: profile } }, null, 2)}\n`;
}
