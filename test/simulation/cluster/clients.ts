import type {
  ClusterTransaction,
  ClusterTransactionResult,
  TransactionDocument,
} from '../../../node/cluster/cluster-command.ts';
import { compareExchangeValues } from '../../../node/cluster/compare-exchange-values.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { etagOf } from '../../../node/documents/change-vector.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import type { Answer } from './command-route.ts';
import { accountsOf, BALANCE, balanceOf, documentOf, isOfClusterOnly, valueIn } from './database-group.ts';
import type { DatabaseLife } from './database-life.ts';
import type { NodeProgram } from './node-program.ts';
import { LATER_COMMAND } from './replicated-cluster.ts';
import type { SimulatedCopy } from './simulated-copy.ts';
import type { World } from './world.ts';

/** How long a read waits for what its client has seen, in virtual milliseconds. */
const KNOWN_INDEX_WAIT_MS = 5000;

const REGISTERS = ['registers/0', 'registers/1'];

/** A version as a client has loaded it; null: there is none. */
interface Loaded {
  readonly value: string;
  readonly changeVector: string;
}

/** The clients of a world: each request goes to some node that runs, and may be repeated through another one. */
export class Clients {
  readonly #world: World;
  readonly #random: SeededRandom;
  /** Life of a database and register → the highest index that any client has been told of. */
  readonly #told = new Map<string, number>();
  #counter = 0;
  writeCount = 0;
  causalCount = 0;
  readCount = 0;
  laterCount = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random;
  }

  request(): void {
    this.#writeBehind();
    const program = this.#random.pick(this.#world.running);
    if (program === undefined) return;
    const database = this.#random.pick(this.#world.lives.names) as string;
    const dice = this.#random.next();
    const copy = program.keeper.copyOf(database);
    const life = copy === undefined ? undefined : this.#world.lives.ofGroup(copy.groupId);
    if (dice < 0.1) this.#readRegister(program, database);
    else if (dice < 0.3) this.#changeRegister(program, database);
    else if (dice < 0.33) this.#later(program, database);
    else if (copy === undefined || life === undefined) return;
    else if (dice < 0.5) this.#write(program, life, copy);
    else if (dice < 0.7) this.#transfer(program, life, copy);
    else if (dice < 0.8) this.#audit(program, life, copy);
    else this.#transact(program, life, copy);
  }

  /** Puts the accounts where no document is yet; `done` when that is acknowledged. */
  openAccounts(program: NodeProgram, { name, number }: DatabaseLife, done: () => void): void {
    const documents = accountsOf(number).map((id) => put(id, `${BALANCE} first`, null));
    this.#submit(program, transaction(name, documents), (answer) => {
      if (answer.kind === 'applied' && !('error' in answer.outcome)) done();
    });
  }

  #submit(
    program: NodeProgram,
    command: Parameters<NodeProgram['route']['submit']>[0],
    done: (answer: Answer) => void,
  ): void {
    const request = this.#world.nextRequest();
    // What a former cluster says counts for nobody.
    const finish = ({ node }: NodeProgram, answer: Answer) => {
      if (this.#world.isCurrent(node)) done(answer);
    };
    program.route.submit(command, request, (answer) => {
      const other = this.#random.pick(this.#world.running);
      // A client does not know what became of it, and asks again, by another node.
      const isRepeated =
        answer.kind !== 'refused' && this.#random.chance(answer.kind === 'unknown' ? 0.5 : 0.05);
      if (isRepeated && other !== undefined)
        other.route.submit(command, request, (last) => finish(other, last));
      else finish(program, answer);
    });
  }

  /** Who reaches a node of a former cluster can write there: nobody else may ever see it. */
  #writeBehind(): void {
    const [copy] = this.#world.former.flatMap(({ keeper }) => keeper.copies);
    if (copy === undefined) return;
    const id = `${this.#world.lives.ofGroup(copy.groupId)?.number}/things/${this.#random.between(0, 7)}`;
    copy.database.write([{ id, value: `F${this.#counter++}` }]).catch(() => {
      // The copy was closed before the write was durable.
    });
  }

  /** One document, of few, on any of the copies. */
  writeSomewhere(): void {
    const life = this.#random.pick(this.#world.lives.living);
    if (life === undefined) return;
    const program = this.#random.pick(this.#world.running.filter(({ keeper }) => keeper.copyOf(life.name)));
    const copy = program?.keeper.copyOf(life.name);
    if (program !== undefined && copy?.groupId === life.groupId) this.#write(program, life, copy);
  }

  #write(program: NodeProgram, life: DatabaseLife, copy: SimulatedCopy): void {
    const id = `${life.number}/things/${this.#random.between(0, 7)}`;
    const value = this.#random.chance(0.2) ? null : `W${this.#counter++}`;
    copy.database.write([{ id, value }]).then(
      (written) => {
        if (!this.#world.isRunning(program)) return;
        this.writeCount += written.length;
        this.#world.acknowledged(life, copy.database, written);
      },
      () => {
        // The copy was closed before the write was durable: nobody was told.
      },
    );
  }

  #transfer(program: NodeProgram, life: DatabaseLife, copy: SimulatedCopy): void {
    const accounts = accountsOf(life.number);
    const from = this.#random.pick(accounts) as string;
    const to = this.#random.pick(accounts.filter((id) => id !== from)) as string;
    const payer = load(copy, from);
    const payee = load(copy, to);
    if (payer === null || payee === null) {
      // Taken only where there are none, which such a copy may not know.
      this.openAccounts(program, life, () => {});
      return;
    }
    const amount = this.#random.between(1, 20);
    const nonce = this.#counter++;
    const documents = [
      put(from, `${balanceOf(payer.value) - amount} ${nonce}`, payer.changeVector),
      put(to, `${balanceOf(payee.value) + amount} ${nonce}`, payee.changeVector),
    ];
    this.#submit(program, transaction(life.name, documents), (answer) =>
      this.#followUp(program, life.name, documents, answer),
    );
  }

  /** Reads all accounts of one copy, and writes down their sum: taken only if none has changed since. */
  #audit(program: NodeProgram, { name, number }: DatabaseLife, copy: SimulatedCopy): void {
    const loaded = accountsOf(number).map((id) => ({ id, version: load(copy, id) }));
    if (loaded.some(({ version }) => version === null)) return;
    const sum = loaded.reduce((total, { version }) => total + balanceOf(version?.value ?? '0'), 0);
    const reads = loaded.map(({ id, version }) => ({ id, changeVector: version?.changeVector ?? '' }));
    const audit = `${number}/audits/${this.#random.between(0, 2)}`;
    const documents = [put(audit, `${sum} ${this.#counter++}`, load(copy, audit)?.changeVector ?? null)];
    this.#submit(program, { ...transaction(name, documents), reads }, () => {});
  }

  /** Documents that come and go; some that others write on one node alone. */
  #transact(program: NodeProgram, life: DatabaseLife, copy: SimulatedCopy): void {
    const kind = this.#random.chance(0.6) ? 'notes' : 'things';
    const first = this.#random.between(0, 5);
    const documents = Array.from({ length: this.#random.between(1, 3) }, (_, at): TransactionDocument => {
      const id = `${life.number}/${kind}/${(first + at) % 6}`;
      const changeVector = load(copy, id)?.changeVector ?? null;
      if (this.#random.chance(0.3))
        return { type: 'DELETE', id, document: null, changeVector, expires: null };
      return put(id, `T${this.#counter++}`, changeVector);
    });
    this.#submit(program, transaction(life.name, documents), (answer) =>
      this.#followUp(program, life.name, documents, answer),
    );
  }

  /** The answer waits until its node has written the documents; then some other node is to show them. */
  #followUp(
    program: NodeProgram,
    name: string,
    documents: readonly TransactionDocument[],
    answer: Answer,
  ): void {
    if (answer.kind !== 'applied' || 'error' in answer.outcome) return;
    const { violations, firstCount, index } = answer.outcome.result as ClusterTransactionResult;
    if (violations.length > 0) return;
    const lastCount = firstCount + documents.length - 1;
    const life = this.#world.lives.at(name, index);
    const first = program.keeper.copyOf(name);
    if (life === undefined || first?.groupId !== life.groupId || !this.#world.isRunning(program)) return;
    const reader = this.#random.pick(this.#world.running.filter(({ keeper }) => keeper.copyOf(name)));
    void first.transactions.waitFor(lastCount, KNOWN_INDEX_WAIT_MS).then((isHere) => {
      if (isHere && reader !== undefined) this.#readCausally(reader, life, documents, firstCount, index);
    });
  }

  /** With Known-Raft-Index: the node waits for the index, and for what it makes this node execute. */
  #readCausally(
    program: NodeProgram,
    life: DatabaseLife,
    documents: readonly TransactionDocument[],
    firstCount: number,
    index: number,
  ): void {
    program.route.whenApplied(index, () => {
      const copy = program.keeper.copyOf(life.name);
      if (copy?.groupId !== life.groupId) return;
      void copy.transactions.waitUntilCurrent(KNOWN_INDEX_WAIT_MS).then((isHere) => {
        if (!isHere || life.isOver || program.keeper.copyOf(life.name) !== copy) return;
        this.#world.watch(() => this.#checkSeen(copy, life, documents, firstCount));
      });
    });
  }

  #checkSeen(
    copy: SimulatedCopy,
    { transactions }: DatabaseLife,
    documents: readonly TransactionDocument[],
    firstCount: number,
  ): void {
    this.causalCount++;
    const executed = etagOf(copy.database.changeVector, copy.groupId);
    check(
      executed >= firstCount + documents.length - 1,
      'a session sees its own writes on every node',
      () => `${copy.database.nodeTag} has executed up to ${executed}, not ${firstCount}`,
    );
    for (const [at, { id }] of documents.entries()) {
      const versions = copy.database.versionsOf(id);
      const count = Math.max(0, ...versions.map(({ changeVector }) => etagOf(changeVector, copy.groupId)));
      check(
        versions.length === 0 ||
          count >= firstCount + at ||
          transactions.writes.isLost(firstCount + at) ||
          !isOfClusterOnly(id),
        'a session sees its own writes on every node',
        () => `${copy.database.nodeTag} has ${id} of ${count}, older than ${firstCount + at}`,
      );
    }
  }

  #changeRegister(program: NodeProgram, database: string): void {
    const key = this.#random.pick(REGISTERS) as string;
    const values = compareExchangeValues(program.node.list.state, database);
    const index = values.find(key)?.index ?? 0;
    const value = JSON.stringify({ Object: this.#counter++ });
    this.#submit(
      program,
      { type: 'PutCompareExchange', database, key, index, value, expiresAtMs: null },
      (answer) => {
        if (answer.kind !== 'applied' || 'error' in answer.outcome) return;
        const result = answer.outcome.result as { readonly isSuccessful: boolean; readonly index: number };
        const life = this.#world.lives.at(database, answer.index);
        if (result.isSuccessful && life !== undefined) this.#tell(life, key, result.index);
      },
    );
  }

  /** Linearizable: never older than what anybody had been told of when it began. */
  #readRegister(program: NodeProgram, database: string): void {
    const key = this.#random.pick(REGISTERS) as string;
    const asked = this.#world.lives.of(database);
    const floor = asked === undefined ? 0 : (this.#told.get(`${asked.number} ${key}`) ?? 0);
    program.route.readBarrier((isConfirmed) => {
      if (!isConfirmed || !this.#world.isRunning(program)) return;
      const { state } = program.node.list;
      const groupId = findRecord(state, database)?.record.Topology.DatabaseTopologyIdBase64;
      const found = compareExchangeValues(state, database).find(key);
      const life = groupId === undefined ? undefined : this.#world.lives.ofGroup(groupId);
      if (life === undefined) return;
      this.readCount++;
      this.#world.watch(() => {
        check(
          life !== asked || (found?.index ?? 0) >= floor,
          'registers are linearizable',
          () => `${program.node.id} shows ${key} at ${found?.index}, but ${floor} had been told before`,
        );
        check(
          found === undefined || life.transactions.wasRegister(key, found),
          'registers hold what was written',
          () => `${program.node.id} shows ${key} as ${found?.value} at ${found?.index}`,
        );
      });
      this.#tell(life, key, found?.index ?? 0);
    });
  }

  /** A command that came with the later program: refused as long as a node may not know it. */
  #later(program: NodeProgram, name: string): void {
    const settings = { Count: String(this.#counter++) };
    this.#submit(program, { type: LATER_COMMAND, name, settings }, (answer) => {
      if (answer.kind === 'applied' && !('error' in answer.outcome)) this.laterCount++;
    });
  }

  #tell({ number }: DatabaseLife, key: string, index: number): void {
    const register = `${number} ${key}`;
    this.#told.set(register, Math.max(index, this.#told.get(register) ?? 0));
  }
}

function transaction(database: string, documents: readonly TransactionDocument[]): ClusterTransaction {
  return {
    type: 'ClusterTransaction',
    database,
    values: [],
    documents,
    hasGuards: true,
    reads: [],
  };
}

function put(id: string, value: string, changeVector: string | null): TransactionDocument {
  return { type: 'PUT', id, document: documentOf(value), changeVector, expires: null };
}

function load(copy: SimulatedCopy, id: string): Loaded | null {
  const [version] = copy.database.versionsOf(id);
  if (version?.kind !== 'document') return null;
  return { value: valueIn(version.body), changeVector: version.changeVector };
}
