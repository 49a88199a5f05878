import type { ServiceName } from '../../../ports/aws/emulator.ts';
import type { Effects } from '../faults/effects.ts';
import type { Reply } from '../wire/reply.ts';
import type { WireError } from '../wire/wire-error.ts';

/** A request whose service and operation are known, ready to be served. */
export interface Prepared {
  readonly target: {
    readonly service: ServiceName;
    readonly operation: string;
    readonly bucket: string | undefined;
    readonly key: string | undefined;
  };
  /** Sent with every reply: the request ids. */
  readonly headers: Readonly<Record<string, string>>;
  serve(effects: Effects): Promise<Reply>;
  renderError(error: WireError): Reply;
}
