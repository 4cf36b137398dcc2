import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry, NodeId } from '../../../node/rachis/core/entry.ts';
import type { SnapshotMetadata } from '../../../node/rachis/core/message.ts';
import type { PersistRequest } from '../../../node/rachis/core/ready.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { LogImage } from './log-image.ts';

interface AppliedState {
  readonly appliedIndex: number;
  readonly digest: number | string;
}

interface KnownEntry {
  readonly entry: Entry;
  readonly previousTerm: number;
}

interface CommittedEntry {
  readonly term: number;
  /** Term of the leader that committed it. */
  readonly leaderTerm: number;
}

/** Knows every entry that was ever written, which of them are committed, and what the state machine was after each. */
export class LogLedger {
  readonly #known: KnownEntry[][] = [];
  readonly #committed: (CommittedEntry | undefined)[] = [];
  readonly #digests: (number | string | undefined)[] = [];
  /** Committed in the cluster that this one was made of, and held by its survivor, which did not know of the commit. */
  readonly #toBeKept: (number | undefined)[] = [];
  commitMax = 0;

  /** The ledger of the cluster that a survivor with this log, and this commit index, makes by an unsafe recovery. */
  inheritedBy(image: LogImage, commit: number): LogLedger {
    const heir = new LogLedger();
    heir.commitMax = commit;
    for (let index = 0; index <= commit; index++) {
      heir.#committed[index] = this.#committed[index];
      heir.#digests[index] = this.#digests[index];
    }
    for (let index = commit + 1; index <= image.lastIndex; index++) {
      if (this.isCommittedIn(image, index)) heir.#toBeKept[index] = image.termAt(index);
    }
    return heir;
  }

  /** Whether what is committed at the index is what this log has there, or had before it was compacted. */
  isCommittedIn(image: LogImage, index: number): boolean {
    const committed = this.#committed[index];
    if (committed === undefined || index > image.lastIndex) return false;
    return index < image.baseIndex || image.termAt(index) === committed.term;
  }

  /** The survivor's first write: its whole log, which must be the one it had, but for the configurations. */
  rewritten(node: NodeId, image: LogImage, { rewrittenAfter, entries }: PersistRequest): void {
    check(
      (rewrittenAfter?.index ?? 0) === image.baseIndex &&
        (rewrittenAfter?.term ?? 0) === (image.base?.term ?? 0),
      'a survivor keeps its log',
      () => `${node} starts its log at ${rewrittenAfter?.index} instead of ${image.baseIndex}`,
    );
    let previousTerm = image.base?.term ?? 0;
    for (const [position, entry] of entries.entries()) {
      const before = image.entries[position];
      check(
        before === undefined ||
          (before.kind === 'configuration'
            ? entry.kind === 'configuration' && entry.index === before.index && entry.term === before.term
            : entry === before),
        'a survivor keeps its log',
        () => `${node} has another entry at ${entry.index} after its recovery`,
      );
      this.#known[entry.index] = [{ entry, previousTerm }];
      previousTerm = entry.term;
    }
    check(
      entries.length > image.entries.length,
      'a survivor keeps its log',
      () => `${node} kept ${entries.length} of ${image.entries.length} entries`,
    );
  }

  /** All nodes start with this position, as if it had been committed before the run. */
  startAt(base: SnapshotMetadata, digest: number | string): void {
    this.#committed[base.index] = { term: base.term, leaderTerm: base.term };
    this.#digests[base.index] = digest;
    this.commitMax = base.index;
  }

  /** `image` is the log before the request. */
  persisting(
    node: NodeId,
    image: LogImage,
    request: PersistRequest,
    isLeading: boolean,
    leaderOf: (term: number) => NodeId | undefined,
  ): void {
    const first = request.entries[0];
    if (first === undefined) return;
    check(
      !isLeading || (request.snapshot === undefined && first.index === image.lastIndex + 1),
      'leader append-only',
      () => `leader ${node} rewrote its log from ${first.index}`,
    );
    let previousTerm = request.snapshot?.term ?? image.termAt(first.index - 1) ?? -1;
    for (const entry of request.entries) {
      this.#write(node, entry, previousTerm, leaderOf);
      previousTerm = entry.term;
    }
  }

  /** Two logs with the same (index, term) hold the same entry there, and by induction the same before it. */
  #write(
    node: NodeId,
    entry: Entry,
    previousTerm: number,
    leaderOf: (term: number) => NodeId | undefined,
  ): void {
    let sameIndex = this.#known[entry.index];
    if (sameIndex === undefined) {
      sameIndex = [];
      this.#known[entry.index] = sameIndex;
    }
    const known = sameIndex.find((candidate) => candidate.entry.term === entry.term);
    if (known !== undefined) {
      check(
        isSameEntry(known.entry, entry) && known.previousTerm === previousTerm,
        'log matching',
        () => `${node} holds another (${entry.index}, term ${entry.term}), or another entry before it`,
      );
      return;
    }
    const isBootstrap = entry.index === 1 && entry.kind === 'configuration';
    check(
      isBootstrap || leaderOf(entry.term) === node,
      'only the leader of a term makes its entries',
      () => `${node} made (${entry.index}, term ${entry.term}), which ${leaderOf(entry.term)} leads`,
    );
    sameIndex.push({ entry, previousTerm });
  }

  /** `image` is the log after the request that made the configuration. */
  configurationMade(node: NodeId, entry: Entry, image: LogImage): void {
    if (entry.kind !== 'configuration' || entry.index === 1) return;
    const before = configurationBefore(image, entry.index);
    check(
      before.index <= this.commitMax,
      'one configuration change at a time',
      () => `${node} appended ${entry.index} while the configuration at ${before.index} is uncommitted`,
    );
    if (before.configuration === null) return;
    const next = entry.configuration;
    const nextMembers = membersOf(next);
    const members = membersOf(before.configuration);
    const isSafe =
      before.configuration.outgoingMembers.length > 0
        ? next.outgoingMembers.length === 0 && isSame(nextMembers, members)
        : next.outgoingMembers.length > 0
          ? isSame(next.outgoingMembers, members)
          : isSame(nextMembers, members);
    check(
      isSafe,
      'consecutive quorums overlap',
      () => `${node} appended an unsafe configuration at ${entry.index}`,
    );
  }

  /** `image` is the leader's log at the moment of the commit; `holds` asks the disk of a node. */
  leaderCommitted(
    leader: NodeId,
    leaderTerm: number,
    index: number,
    image: LogImage,
    holds: (id: NodeId, index: number, term: number) => boolean,
  ): void {
    const term = image.termAt(index);
    check(
      term === leaderTerm,
      'only entries of the own term are committed by counting',
      () => `${leader} of term ${leaderTerm} committed (${index}, term ${term})`,
    );
    const configuration = image.configuration;
    const members = configuration === null ? [] : membersOf(configuration);
    for (const side of [members, configuration?.outgoingMembers ?? []]) {
      const holders = side.filter((id) => holds(id, index, term));
      check(
        side.length === 0 ? side !== members : 2 * holders.length > side.length,
        'committed means on the disks of a quorum',
        () => `${leader} committed ${index} with [${holders.join(', ')}] of [${side.join(', ')}]`,
      );
    }
    for (let at = this.commitMax + 1; at <= index; at++) {
      const toBeKept = this.#toBeKept[at];
      check(
        toBeKept === undefined || toBeKept === image.termAt(at),
        'what was committed and its survivor held is committed in the new cluster',
        () => `${leader} committed (${at}, term ${image.termAt(at)}) in the place of term ${toBeKept}`,
      );
      this.#committed[at] = { term: image.termAt(at) ?? -1, leaderTerm };
    }
    this.commitMax = index;
  }

  /** Any node's commit index: `image` is its log. */
  commitKnown(node: NodeId, index: number, image: LogImage): void {
    check(
      index <= this.commitMax,
      'commit index',
      () => `${node} says that ${index} is committed, but no leader committed more than ${this.commitMax}`,
    );
    if (index < image.baseIndex) return;
    check(
      image.termAt(index) === this.#committed[index]?.term,
      'commit index',
      () =>
        `${node} holds term ${image.termAt(index)} at ${index}; term ${this.#committed[index]?.term} was committed`,
    );
  }

  /** Every leader holds whatever was committed in earlier terms; with log matching, its last entry is enough. */
  elected(leader: NodeId, term: number, image: LogImage): void {
    for (let index = this.commitMax; index > image.baseIndex; index--) {
      const committed = this.#committed[index];
      if (committed === undefined || committed.leaderTerm >= term) continue;
      check(
        image.termAt(index) === committed.term,
        'leader completeness',
        () => `${leader} leads term ${term} without the committed (${index}, term ${committed.term})`,
      );
      return;
    }
  }

  applied(node: NodeId, entry: Entry, list: AppliedState): void {
    check(
      this.#committed[entry.index]?.term === entry.term,
      'state machine safety',
      () => `${node} applied (${entry.index}, term ${entry.term}), which is not the committed entry`,
    );
    this.checkDigest(node, list);
  }

  checkDigest(node: NodeId, list: AppliedState): void {
    const known = this.#digests[list.appliedIndex];
    if (known === undefined) this.#digests[list.appliedIndex] = list.digest;
    check(
      known === undefined || known === list.digest,
      'state machine safety',
      () => `the state of ${node} at ${list.appliedIndex} differs from that of another node`,
    );
  }
}

/** Entries travel by reference here; only a bootstrap that a crash undid is made anew. */
function isSameEntry(left: Entry, right: Entry): boolean {
  if (left === right) return true;
  return (
    left.index === 1 &&
    left.kind === 'configuration' &&
    right.kind === 'configuration' &&
    left.configuration === right.configuration
  );
}

function membersOf(configuration: Configuration): readonly NodeId[] {
  return configuration.nodes.filter((node) => node.role === 'member').map((node) => node.id);
}

function isSame(left: readonly NodeId[], right: readonly NodeId[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}

function configurationBefore(
  image: LogImage,
  index: number,
): { readonly index: number; readonly configuration: Configuration | null } {
  for (let at = index - 1; at > image.baseIndex; at--) {
    const entry = image.entryAt(at);
    if (entry?.kind === 'configuration') return { index: at, configuration: entry.configuration };
  }
  return { index: image.baseIndex, configuration: image.base?.configuration ?? null };
}
