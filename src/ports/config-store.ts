import type { Config } from '../core/config/parse-config.ts';

/** The configuration file, for the commands that change it. */
export interface ConfigStore {
  /** The file in use; where there is none yet, the one that `update` will make. */
  readonly file: string;
  /** Reads it; undefined where there is none. Throws `config-invalid`. */
  read: () => Promise<Config | undefined>;
  /**
   * Reads it, changes it and writes it in one step: a reader sees the file before or after, never a part, and only its
   * owner can read it. Throws `config-invalid` and `config-not-written`.
   */
  update: (change: (config: Config) => Config) => Promise<void>;
}
