import type { Configuration } from './configuration.ts';
import type { Entry, NodeId } from './entry.ts';
import type { SnapshotMetadata } from './message.ts';
import { isVoter, noVoters, type Voters, votersOf } from './quorum.ts';

export interface ConfigurationVersion {
  /** Index of the entry, or of the snapshot, that brought it. */
  readonly index: number;
  readonly configuration: Configuration;
  readonly voters: Voters;
}

/** The configurations that the log holds. The newest one is in force, committed or not, until it is truncated. */
export class ConfigurationHistory {
  #versions: ConfigurationVersion[] = [];

  constructor(base: SnapshotMetadata | null, entries: readonly Entry[]) {
    if (base !== null) this.#push(base.index, base.configuration);
    for (const entry of entries) this.append(entry);
  }

  get current(): ConfigurationVersion | null {
    return this.#versions.at(-1) ?? null;
  }

  /** The one before `current`, if the log still holds it. */
  get previous(): ConfigurationVersion | null {
    return this.#versions.at(-2) ?? null;
  }

  get voters(): Voters {
    return this.current?.voters ?? noVoters;
  }

  get isJoint(): boolean {
    return this.voters.outgoing.length > 0;
  }

  /** The configuration that was in force at `index`. */
  at(index: number): Configuration | null {
    return this.#versions.findLast((version) => version.index <= index)?.configuration ?? null;
  }

  /** Index of the configuration by which a node left, and after which it did not come back; infinity for a node that is in. */
  leftAt(id: NodeId): number {
    const lastIn = this.#versions.findLastIndex((version) => isIn(version, id));
    return this.#versions[lastIn + 1]?.index ?? Number.POSITIVE_INFINITY;
  }

  /** True when the entry is a configuration. */
  append(entry: Entry): boolean {
    if (entry.kind !== 'configuration') return false;
    this.#push(entry.index, entry.configuration);
    return true;
  }

  /** True when the configuration in force was undone. */
  truncateFrom(index: number): boolean {
    const before = this.#versions.length;
    while ((this.current?.index ?? -1) >= index) this.#versions.pop();
    return this.#versions.length < before;
  }

  compactTo(index: number): void {
    const inForce = this.#versions.findLastIndex((version) => version.index <= index);
    if (inForce > 0) this.#versions.splice(0, inForce);
  }

  /** An unsafe recovery: nothing in the log tells of another configuration any more. */
  replaceAll(configuration: Configuration): void {
    const voters = votersOf(configuration);
    this.#versions = this.#versions.map(({ index }) => ({ index, configuration, voters }));
  }

  restore(snapshot: SnapshotMetadata): void {
    this.#versions = [];
    this.#push(snapshot.index, snapshot.configuration);
  }

  #push(index: number, configuration: Configuration): void {
    this.#versions.push({ index, configuration, voters: votersOf(configuration) });
  }
}

/** It is a node of the cluster by this configuration, or has a vote until the next one. */
export function isIn({ configuration, voters }: ConfigurationVersion, id: NodeId): boolean {
  return configuration.nodes.some((node) => node.id === id) || isVoter(voters, id);
}
