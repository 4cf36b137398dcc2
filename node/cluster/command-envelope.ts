import { pack, unpack } from 'msgpackr';
import type { ClusterCommand } from './cluster-command.ts';

/** A command as it stands in the log. */
export interface CommandEnvelope {
  /** The client's id of the request; null: it needs no protection from running twice. */
  readonly requestId: string | null;
  /** The proposer's wall clock, in milliseconds: the only time that the command may depend on. */
  readonly timeMs: number;
  readonly command: ClusterCommand;
}

export function encodeEnvelope(envelope: CommandEnvelope): Uint8Array {
  return pack(envelope);
}

export function decodeEnvelope(data: Uint8Array): CommandEnvelope {
  return unpack(data) as CommandEnvelope;
}
