import { join, resolve } from 'node:path';
import { tagOfOrdinal } from '../../decide/node-tag.ts';

/** Where the local platform keeps everything: one folder, by default `.ravencluster` of the current one. */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Says which operator is at work here and how to reach it. */
  get lockFile(): string {
    return join(this.path, 'operator.json');
  }

  /** What the operator has to know after a restart. */
  get stateFile(): string {
    return join(this.path, 'state.json');
  }

  get nodesFolder(): string {
    return join(this.path, 'nodes');
  }

  get quarantineFolder(): string {
    return join(this.path, 'quarantine');
  }

  nodeFolder(ordinal: number): string {
    return join(this.nodesFolder, tagOfOrdinal(ordinal));
  }

  /** The node's own; nothing else is in it. */
  dataFolder(ordinal: number): string {
    return join(this.nodeFolder(ordinal), 'data');
  }

  /** What the operator notes about the data beside it. */
  markFile(ordinal: number): string {
    return join(this.nodeFolder(ordinal), 'node.json');
  }

  get logsFolder(): string {
    return join(this.path, 'logs');
  }

  logFile(ordinal: number): string {
    return join(this.logsFolder, `${tagOfOrdinal(ordinal)}.log`);
  }
}
