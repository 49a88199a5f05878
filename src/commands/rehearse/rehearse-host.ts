import type { SettingsPlace } from './environment.ts';
import type { Emulator } from '../../ports/aws/emulator.ts';

/** How the rehearsal is to run. */
export interface RehearsalSettings {
  readonly port: number;
  readonly dataDir: string | undefined;
  /** Name of a scenario, or path of a JSON file. */
  readonly scenario: string;
  readonly seed: number;
  /** Commands in it use the configuration and the state of this user, as they do elsewhere. */
  readonly ownSettings?: boolean;
  /** Ends by itself after so many milliseconds. */
  readonly forMs?: number | undefined;
}

/** The world as `rehearse` needs it. */
export interface RehearseHost {
  /** Starts S3, STS and IAM on loopback. */
  startRehearsal(
    settings: RehearsalSettings,
  ): Promise<{ readonly emulator: Emulator; readonly summary: string }>;
  /** Writes files that only this user can read into a folder of their own. */
  writePrivateFiles(files: Readonly<Record<string, string>>): Promise<PrivateFolder>;
  /** Makes a place for configuration and state: in a folder that is kept, or in one that goes with the rehearsal. */
  settingsPlace(dataDir: string | undefined): Promise<SettingsPlace & { remove(): Promise<void> }>;
  /** The process that must be ended to end the rehearsal. */
  readonly processId: number;
  /** Runs a command with its terminal and answers with its exit code; `set` and `unset` change the environment. */
  runCommand(command: readonly string[], environment: EnvironmentChange): Promise<number>;
  /** The result, on stdout. */
  print(text: string): void;
  /** Everything else, on stderr. */
  say(text: string): void;
  /** Ends the rehearsal. */
  readonly signal: AbortSignal;
}

export interface PrivateFolder {
  /** Paths by file name. */
  readonly paths: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** What must be set, and what must not be there, for a program to meet the rehearsal and never AWS. */
export interface EnvironmentChange {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}
