import type { NodeId } from '../../../node/rachis/core/entry.ts';
import { ClientLedger } from './client-ledger.ts';
import { ElectionLedger } from './election-ledger.ts';
import type { LogImage } from './log-image.ts';
import { LogLedger } from './log-ledger.ts';

/** The survivor of an unsafe recovery, as it was just before. */
export interface Survivor {
  readonly id: NodeId;
  readonly image: LogImage;
  readonly commit: number;
}

/** What is known of one cluster: of the one that a run begins with, or of one that an unsafe recovery made. */
export class ClusterLedgers {
  readonly elections: ElectionLedger;
  readonly logs: LogLedger;
  readonly clients: ClientLedger;

  constructor(
    elections = new ElectionLedger(new Set()),
    logs = new LogLedger(),
    clients = new ClientLedger(),
  ) {
    this.elections = elections;
    this.logs = logs;
    this.clients = clients;
  }

  /** The cluster that the survivor makes of this one; `others`: every other identity that ever was of this one. */
  recoveredBy(survivor: Survivor, others: ReadonlySet<NodeId>): ClusterLedgers {
    const logs = this.logs.inheritedBy(survivor.image, survivor.commit);
    const isKept = (index: number) => this.logs.isCommittedIn(survivor.image, index);
    return new ClusterLedgers(new ElectionLedger(others), logs, this.clients.inheritedBy(isKept));
  }
}
