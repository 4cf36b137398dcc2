import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import type { ObservedNode } from '../../../../operator/decide/observed.ts';
import { holds } from './invariant.ts';
import type { Keeper, KeeperAction } from './keeper.ts';
import { emptyDisk, type ModelNode, type ModelNodes } from './model-node.ts';
import type { Rachis } from './rachis.ts';

/** Processes of one machine, each with a folder: the operator starts and stops every single one. */
export class LocalKeeper implements Keeper {
  readonly keepsProcesses = false;
  readonly #nodes: ModelNodes;
  readonly #rachis: () => Rachis;
  readonly #nowMs: () => number;
  #revision = 0;

  constructor(nodes: ModelNodes, rachis: () => Rachis, nowMs: () => number) {
    this.#nodes = nodes;
    this.#rachis = rachis;
    this.#nowMs = nowMs;
  }

  perform(action: KeeperAction): void {
    const node = this.#nodes.at(action.ordinal);
    switch (action.type) {
      case 'CreateNode':
      case 'StartNode':
        holds(node.process === 'Stopped', `${action.type} of a process that is ${node.process}`);
        node.process = 'Starting';
        node.revision = this.#revision;
        if (node.data === 'None') node.data = 'Unused';
        return;
      case 'StopNode':
        this.#stop(node);
        return;
      case 'RestartNode':
        holds(node.revision !== this.#revision, `restarting ${action.ordinal}, which is as it should be`);
        this.#stop(node);
        return;
      case 'AttachData':
        node.data = 'Used';
        return;
      case 'DetachData':
        node.data = 'Detached';
        return;
      case 'QuarantineData':
      case 'DeleteData':
        holds(node.process === 'Stopped', `${action.type} under a running process`);
        this.wipe(action.ordinal);
        return;
      case 'GrowVolume':
      case 'AbandonNode':
        holds(false, `${action.type} where there are only folders`);
    }
  }

  settle(): void {
    for (const node of this.#nodes.all) if (node.process === 'Starting') node.process = 'Running';
  }

  isReachable(): boolean {
    return true;
  }

  view({ ordinal, process, data, failures, failedAtMs, revision }: ModelNode): Omit<ObservedNode, 'url'> {
    return {
      ordinal,
      process,
      data,
      failures,
      isOutdated: process !== 'Stopped' && revision !== this.#revision,
      ...(failedAtMs === undefined ? {} : { failedAtMs }),
    };
  }

  ordinals(): readonly number[] {
    return this.#nodes.all.map(({ ordinal }) => ordinal);
  }

  kill(ordinal: number): void {
    const node = this.#nodes.at(ordinal);
    if (node.process === 'Stopped') return;
    this.#stop(node);
    node.failures += 1;
    node.failedAtMs = this.#nowMs();
  }

  wipe(ordinal: number): void {
    const node = this.#nodes.at(ordinal);
    node.disk = emptyDisk();
    node.data = 'None';
    node.leadsInTerm = undefined;
  }

  revise(): void {
    this.#revision += 1;
  }

  #stop(node: ModelNode): void {
    node.process = 'Stopped';
    this.#rachis().ended(node, tagOfOrdinal(node.ordinal));
  }
}
