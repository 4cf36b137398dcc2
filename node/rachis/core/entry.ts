import type { Configuration } from './configuration.ts';

/** A node's durable identity: the UUID that its storage was created with. A wiped disk gets a new one. */
export type NodeId = string;

/** One entry of the Raft log. Indexes and terms start at 1; (index, term) names an entry for ever. */
export type Entry = NoopEntry | CommandEntry | ConfigurationEntry;

interface EntryPosition {
  readonly index: number;
  readonly term: number;
}

/** Appended by a new leader; its commit is what turns a leader-elect into a leader. */
export interface NoopEntry extends EntryPosition {
  readonly kind: 'noop';
}

/** A state machine command, opaque to Rachis. */
export interface CommandEntry extends EntryPosition {
  readonly kind: 'command';
  readonly data: Uint8Array;
}

/** A membership change; in force from the moment it is appended, undone if it is truncated. */
export interface ConfigurationEntry extends EntryPosition {
  readonly kind: 'configuration';
  readonly configuration: Configuration;
}

/** Size of an entry as the limits count it, in bytes. */
export function entryBytes(entry: Entry): number {
  const overhead = 32;
  return (
    overhead + (entry.kind === 'command' ? entry.data.byteLength : entry.kind === 'configuration' ? 1024 : 0)
  );
}
