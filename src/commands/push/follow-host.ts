import type { Destination } from '../../core/config/destination.ts';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import type { LineRules } from '../../core/follow/whole-lines.ts';
import type { SourcePosition } from '../../core/ledger/source-position.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Tail, TailEvent } from '../../ports/tail.ts';
import type { WriteAheadSpool } from '../../ports/write-ahead-spool.ts';
import type { PushRequest } from './check-request.ts';

/** How inputs are followed. */
export interface TailSettings {
  /** Folders that are left out when a folder or a glob is searched. */
  exceptBelow: readonly string[];
  rules: LineRules;
  onEvent: (event: TailEvent) => void;
}

/** What was followed and is to be followed; nothing is read before it is asked. */
export interface OpenInputs {
  /** Starts where files were read to before. */
  start: (known: readonly SourcePosition[]) => Tail[];
}

/** Where a follower keeps its state: that of a profile, or of a destination where there is none. */
export interface FollowPlace {
  profile: string | undefined;
  at: Destination;
  destination: string;
}

/** What following needs of the world, beside what every push needs. */
export interface FollowParts {
  /** Throws `source-unreadable` for inputs that can't be followed. */
  openInputs: (inputs: readonly string[], settings: TailSettings) => Promise<OpenInputs>;
  /** The ledger of the follower itself, whatever the destination. Throws `state-not-written`. */
  openOwnLedger: (place: FollowPlace) => Promise<Ledger>;
  /** Opens the spool; what was left open is closed with `cut`. Throws `spool-failed`. */
  openSpool: (place: FollowPlace, cut: CutSettings) => Promise<WriteAheadSpool>;
  /** Calls back when the configuration is to be read again (SIGHUP); answers with what ends that. */
  onReload: (listener: () => void) => () => void;
  /** Reads the configuration again. Throws what is wrong with it. */
  reload: () => Promise<PushRequest>;
}
