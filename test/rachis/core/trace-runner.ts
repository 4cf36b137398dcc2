import type { ClusterNode, Configuration, MemberRole } from '../../../node/rachis/core/configuration.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { RaftLimits } from '../../../node/rachis/core/limits.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { RaftCore } from '../../../node/rachis/core/raft-core.ts';
import { emptyRestoredState, type RestoredState } from '../../../node/rachis/core/restored-state.ts';
import { messageText, readyLines, stateText } from './trace-text.ts';

const electionTimeoutTicks = 10;

interface TracedNode {
  readonly core: RaftCore;
  /** Tickets not confirmed yet; the disk confirms at once unless it is held. */
  tickets: number[];
  isDiskHeld: boolean;
  /** What is committed is told with entries and heartbeats only. */
  isGathering: boolean;
}

/** A connection belongs to the cluster that it was made in; null: of a node that is in none. */
interface MessageInFlight {
  readonly message: Message;
  readonly clusterId: string | null;
}

/**
 * Runs the commands of a trace and gives what the cores said to each. Election timeouts are not random here (always
 * T), so that a trace decides itself who campaigns.
 */
export class TraceRunner {
  readonly #nodes = new Map<string, TracedNode>();
  #configuration: Configuration | null = null;
  #inFlight: MessageInFlight[] = [];
  #lines: string[] = [];
  #isQuiet = false;
  #limits: Partial<RaftLimits> = { logTailEntriesMin: 0, logTailEntriesMax: 10 };

  run(command: string): readonly string[] {
    this.#lines = [];
    const [name = '', ...words] = command.trim().split(/\s+/);
    this.#execute(name, words);
    return this.#lines;
  }

  #execute(name: string, words: readonly string[]): void {
    const [first = '', second = ''] = words;
    switch (name) {
      // cluster a:member b:watcher — all hold the configuration as their log's start, at 1/1.
      case 'cluster':
        this.#cluster(words);
        break;
      // empty d — a node that was never in a cluster.
      case 'empty':
        this.#start(first, emptyRestoredState);
        break;
      // restore a term=4 vote=b log=1,2,2 applied=2 — a node of the cluster, with entries of these terms from 2 on.
      case 'restore':
        this.#restore(first, words.slice(1));
        break;
      case 'bootstrap':
        this.#on(first, (core) => core.bootstrap(configurationOf([`${first}:member`])));
        break;
      case 'tick':
        for (let left = Number(second === '' ? 1 : second); left > 0; left--)
          this.#on(first, (core) => core.tick());
        break;
      case 'timeout':
        for (let left = electionTimeoutTicks; left > 0; left--) this.#on(first, (core) => core.tick());
        break;
      // elect a — a leads, and everybody has heard of it; not a word about how.
      case 'elect':
        this.#execute('timeout', words);
        this.#settle([]);
        this.#lines = [];
        break;
      // limit entriesPerAppendMax=1 — for the nodes that start from here on.
      case 'limit':
        for (const [limit, value] of words.map((word) => word.split('='))) {
          this.#limits = { ...this.#limits, [limit ?? '']: Number(value) };
        }
        break;
      case 'campaign':
        this.#on(first, (core) => core.campaign());
        break;
      case 'forget':
        this.#on(first, (core) => core.forgetLeader());
        break;
      case 'propose':
        this.#propose(first, words.slice(1));
        break;
      case 'change':
        this.#change(first, words.slice(1));
        break;
      case 'transfer':
        this.#on(first, (core) => this.#say(core.transferLeadership(second)));
        break;
      case 'read':
        this.#on(first, (core) => core.readIndex(Number(second)));
        break;
      case 'compact':
        this.#on(first, (core) =>
          this.#lines.push(`log starts after ${core.compact(Number(second))?.index}`),
        );
        break;
      case 'report':
        this.#on(first, (core) => core.reportSnapshotSent(second, words[2] === 'ok'));
        break;
      // gather a — a waits for entries to tell what is committed, until it is to tell it.
      case 'gather':
        this.#node(first).isGathering = true;
        break;
      case 'tell':
        this.#node(first).isGathering = false;
        this.#on(first, () => {});
        break;
      case 'hold':
        this.#node(first).isDiskHeld = true;
        break;
      // sync a 2 — the disk of a confirms up to ticket 2; without a number, all, and it works again.
      case 'sync':
        this.#sync(first, second === '' ? Infinity : Number(second));
        break;
      // deliver a->b *->c — what is on its way on these links, in order; without words, everything, once.
      case 'deliver':
        for (const taken of this.#take(words)) this.#deliver(taken);
        break;
      case 'drop':
        for (const { message } of this.#take(words)) this.#lines.push(`lost ${messageText(message)}`);
        break;
      // recover a 3/2 new x — a, whose log ends at 3/2, goes on alone as the cluster new, with the command x.
      case 'recover':
        this.#recover(first, second, words.slice(2));
        break;
      // settle — delivers until nothing is on its way; tells of roles, applies and reads only.
      case 'settle':
        this.#settle(words);
        break;
      case 'state':
        for (const id of words) this.#lines.push(stateText(this.#node(id).core));
        break;
      default:
        throw new Error(`unknown trace command '${name}'`);
    }
  }

  #cluster(words: readonly string[]): void {
    const configuration = configurationOf(words);
    this.#configuration = configuration;
    for (const { id } of configuration.nodes) this.#start(id, this.#restored({}));
  }

  #restore(id: string, words: readonly string[]): void {
    this.#start(id, this.#restored(Object.fromEntries(words.map((word) => word.split('=')))));
  }

  #restored(options: Readonly<Record<string, string>>): RestoredState {
    if (this.#configuration === null) throw new Error('a trace names its cluster first');
    const terms = (options.log ?? '')
      .split(',')
      .filter((term) => term !== '')
      .map(Number);
    const entries = terms.map((term, position): Entry => ({ kind: 'noop', index: position + 2, term }));
    return {
      hardState: { term: Number(options.term ?? 1), votedFor: options.vote ?? null },
      snapshot: { index: 1, term: 1, configuration: this.#configuration },
      entries,
      appliedIndex: Number(options.applied ?? 1),
    };
  }

  #start(id: string, restored: RestoredState): void {
    const options = { id, electionTimeoutTicks, heartbeatTicks: 3, random: () => 0, limits: this.#limits };
    const node = {
      core: new RaftCore(options, restored),
      tickets: [],
      isDiskHeld: false,
      isGathering: false,
    };
    this.#nodes.set(id, node);
    node.core.takeReady();
  }

  #propose(id: string, words: readonly string[]): void {
    this.#on(id, (core) => this.#say(core.propose(words.map((word) => new TextEncoder().encode(word)))));
  }

  #recover(id: string, end: string, [clusterId = '', ...commands]: readonly string[]): void {
    const [index = 0, term = 0] = end.split('/').map(Number);
    this.#on(id, (core) =>
      this.#say(
        core.recover({
          at: { index, term },
          clusterId,
          commands: commands.map((word) => new TextEncoder().encode(word)),
        }),
      ),
    );
  }

  #change(id: string, words: readonly string[]): void {
    const upsert = words.filter((word) => word.startsWith('+')).map((word) => nodeOf(word.slice(1)));
    const remove = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1));
    this.#on(id, (core) => this.#say(core.proposeConfiguration({ upsert, remove })));
  }

  #say(outcome: { readonly accepted: boolean; readonly reason?: string; readonly message?: string }): void {
    if (outcome.accepted) return;
    this.#lines.push(
      `refused: ${outcome.reason}${outcome.message === undefined ? '' : ` (${outcome.message})`}`,
    );
  }

  #sync(id: string, upTo: number): void {
    const node = this.#node(id);
    if (upTo === Infinity) node.isDiskHeld = false;
    const confirmed = node.tickets.filter((ticket) => ticket <= upTo);
    node.tickets = node.tickets.filter((ticket) => ticket > upTo);
    const last = confirmed.at(-1);
    if (last !== undefined) this.#on(id, (core) => core.persisted(last));
  }

  #settle(words: readonly string[]): void {
    this.#isQuiet = true;
    for (let round = 0; round < 1000; round++) {
      const messages = this.#take(words);
      if (messages.length === 0) break;
      for (const taken of messages) this.#deliver(taken);
    }
    this.#isQuiet = false;
  }

  #deliver({ message, clusterId }: MessageInFlight): void {
    const target = this.#nodes.get(message.to)?.core;
    if (target === undefined) return;
    const isForeign = clusterId !== null && target.clusterId !== null && clusterId !== target.clusterId;
    if (isForeign) this.#lines.push(`of another cluster: ${messageText(message)}`);
    else this.#on(message.to, (core) => core.step(message));
  }

  #take(links: readonly string[]): readonly MessageInFlight[] {
    const matches = ({ message }: MessageInFlight) =>
      links.length === 0 ||
      links.some((link) => {
        const [from, to] = link.split('->');
        return (from === '*' || from === message.from) && (to === '*' || to === message.to);
      });
    const taken = this.#inFlight.filter(matches);
    this.#inFlight = this.#inFlight.filter((flying) => !matches(flying));
    return taken;
  }

  #on(id: string, act: (core: RaftCore) => void): void {
    const node = this.#node(id);
    act(node.core);
    for (;;) {
      const ready = node.core.takeReady();
      if (ready === null) {
        if (node.isGathering || !node.core.hasUntoldCommit) return;
        node.core.tellCommit();
        continue;
      }
      this.#lines.push(...readyLines(id, ready, !this.#isQuiet));
      const { clusterId } = node.core;
      this.#inFlight.push(...ready.messages.map((message) => ({ message, clusterId })));
      const applied = ready.committed.at(-1)?.index;
      if (applied !== undefined) node.core.applied(applied);
      if (ready.persist === null) continue;
      if (node.isDiskHeld) node.tickets.push(ready.persist.ticket);
      else node.core.persisted(ready.persist.ticket);
    }
  }

  #node(id: string): TracedNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`the trace has no node '${id}'`);
    return node;
  }
}

function configurationOf(words: readonly string[]): Configuration {
  return { clusterId: 'traced', nodes: words.map(nodeOf), outgoingMembers: [], lastTag: 'A' };
}

function nodeOf(word: string): ClusterNode {
  const [id = '', role = 'member'] = word.split(':');
  return { id, tag: id.toUpperCase(), url: `http://${id}`, tcpAddress: id, role: role as MemberRole };
}
