export const scheduledCommands = ['push', 'collect'] as const;

/** What a schedule runs. */
export type ScheduledCommand = (typeof scheduledCommands)[number];

/** Where a profile delivers to, for the comments and the environment of what is printed. */
export interface ScheduledStore {
  /** `s3://bucket/prefix`, or a path. */
  to: string;
  /** The path, where it is a local folder. */
  folder: string | undefined;
  region: string | undefined;
  /** The role that the run assumes. */
  roleArn: string | undefined;
}

/** A file that the command reads. */
export interface ScheduledFile {
  flag: string;
  /** Name of the file where it is handed over. */
  name: string;
  /** Absolute. */
  path: string;
}

/** Name of the private key where it is handed over. */
export const keyName = 'snowflake-key.p8';

/** Everything that is printed, whatever the form; nothing in it is quoted yet. */
export interface Schedule {
  /** Name of the units and objects: lower case letters, digits and dashes. */
  name: string;
  profile: string;
  command: ScheduledCommand;
  /** Hours from one run to the next, 1 to 24; a run that never ends has none. */
  everyHours: number | undefined;
  store: ScheduledStore;
  /** What is to be delivered: files, folders, globs; none for collect. */
  inputs: readonly string[];
  /** On this machine: the words that start audit-export, absolute. */
  program: readonly string[];
  /** The configuration file, absolute. */
  configFile: string;
  /** The path that state is found by, whichever copy or link of the file is read. */
  configPath: string;
  /** On this machine: where the user who schedules keeps state; undefined where there is no place. */
  stateHome: string | undefined;
  /** Members of the profile that name files: what runs elsewhere, or as somebody else, may not have them. */
  fileMembers: readonly string[];
  /** What collect is told by flags: what only the environment of now says. */
  flags: readonly (readonly [flag: string, value: string])[];
  /** Files that collect is given by flags, whatever the profile says: relative paths mean nothing where it runs. */
  files: readonly ScheduledFile[];
  /** The private key for Snowflake, absolute; undefined where a token is used. */
  keyFile: string | undefined;
  /** The user that the system service runs as; one made for it if missing. */
  user: string | undefined;
  /** On this machine: where to write metrics for node_exporter, absolute. */
  metricsFile: string | undefined;
  kubernetes: KubernetesPlace;
}

/** What only Kubernetes asks. */
export interface KubernetesPlace {
  image: string;
  namespace: string | undefined;
  /** The AWS role of the service account (IRSA). */
  irsaRoleArn: string;
  /** The claim of the volume that holds the inputs. */
  inputClaim: string;
  /** The configuration with the one profile, as JSON. */
  config: string;
}

/** One file of what is printed. */
export interface RenderedFile {
  file: string;
  text: string;
}

/** A name for units and objects: as RFC 1123 wants labels, with room for a suffix. */
export function scheduleName(profile: string, command: ScheduledCommand): string {
  const words = ['audit-export', ...(command === 'push' ? [] : [command]), profile];
  const name = words
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return name.slice(0, 46).replaceAll(/^-+|-+$/g, '');
}

/** What differs from place to place in the words of the command. */
export interface CommandPlace {
  config: string | undefined;
  inputs?: readonly string[];
  flags?: readonly string[];
  /** Where a file is; where it lies if missing. */
  fileAt?: (file: ScheduledFile) => string;
}

/** The words behind audit-export, none of them quoted. */
export function commandWords(
  { command, profile, inputs, store, metricsFile, files, flags: told }: Schedule,
  { config, inputs: given = inputs, flags = [], fileAt = ({ path }) => path }: CommandPlace,
): string[] {
  const options = Object.entries({ profile, config, to: store.folder, 'metrics-file': metricsFile });
  return [
    ...(command === 'push' ? ['push'] : ['collect', 'snowflake']),
    ...options.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value])),
    ...told.flatMap(([flag, value]) => [`--${flag}`, value]),
    ...files.flatMap((file) => [`--${file.flag}`, fileAt(file)]),
    '--quiet',
    ...flags,
    ...(given.length === 0 ? [] : ['--', ...given]),
  ];
}

const hourSeconds = 3600;

/** After so many seconds a run is taken for stuck: never less than six hours, since the first may have much to do. */
export function deadlineSeconds(everyHours: number): number {
  return Math.max(6, everyHours) * hourSeconds;
}

/** Seconds that a run which is told to stop gets to finish what is under way. */
export const graceSeconds = 120;

/** What a schedule does, in sentences for a comment. */
export function explainSchedule({ command, profile, store, everyHours, fileMembers }: Schedule): string[] {
  const { to, region, roleArn } = store;
  const what = command === 'push' ? 'audit-export push' : 'audit-export collect snowflake';
  const often =
    everyHours === undefined ? 'all the time' : everyHours === 1 ? 'every hour' : `every ${everyHours} hours`;
  const files =
    fileMembers.length === 0
      ? []
      : [
          `The profile names files (${fileMembers.join(', ')}): they must be there, and readable, under absolute paths.`,
        ];
  return [
    `${what}, ${often}, profile ${profile}.`,
    `Delivers to ${to}${region === undefined ? '' : ` in ${region}`}${roleArn === undefined ? '' : `, as ${roleArn}`}.`,
    ...files,
  ];
}
