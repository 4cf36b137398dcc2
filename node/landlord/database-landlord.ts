import { setTimeout as delay } from 'node:timers/promises';
import type { IndexHost } from '../index-thread/index-host.ts';
import type { Logger } from '../observability/logger.ts';
import type { StorageWriter } from '../storage/storage-writer.ts';
import type { WireConnector } from '../wire/connect.ts';
import type { ClusterView, RecordView } from './cluster-view.ts';
import type { CopyStamp } from './copy-stamp.ts';
import { DatabaseFolders } from './database-folder.ts';
import { depart } from './departure.ts';
import type { DeploymentModes } from './deployment-mode.ts';
import {
  DatabaseDisabledError,
  DatabaseDoesNotExistError,
  DatabaseLoadFailureError,
  DatabaseLoadTimeoutError,
  DatabaseNotRelevantError,
  NodeIsPassiveError,
} from './landlord-error.ts';
import { DATABASE_LOAD_TIMEOUT_MS, RELOAD_DELAY_MAX_MS, RELOAD_DELAY_MS } from './limits.ts';
import { type LoadedDatabase, type MergedBatch, openLoadedDatabase } from './loaded-database.ts';
import { copyHolders } from './placement.ts';
import type { RetirementTimes } from './retire-auto-indexes.ts';
import { StampedCopies } from './stamped-copies.ts';

export interface LandlordOptions {
  readonly dataDirectory: string;
  readonly writer: StorageWriter;
  readonly indexHost: IndexHost;
  readonly durable: boolean;
  readonly cluster: ClusterView;
  readonly logger: Logger;
  /** How other nodes' TCP ports are reached; absent: plainly. */
  readonly connect?: WireConnector;
  /** How long a request waits for a database that is being opened, in milliseconds. */
  readonly loadTimeoutMs?: number;
  readonly tombstoneCleanupIntervalMs: number;
  /** When auto indexes that nobody asks are idle, and when they are deleted. */
  readonly retirement: RetirementTimes;
  /** Of indexes, where the record says nothing. */
  readonly deploymentModes: DeploymentModes;
  /** Who is told of a database's merged batches. */
  readonly observeBatch?: (databaseName: string) => (batch: MergedBatch) => void;
}

/** What the landlord knows of one database on this node. */
type Tenancy =
  | { readonly state: 'loaded'; readonly loaded: LoadedDatabase }
  | { readonly state: 'leaving' }
  | {
      readonly state: 'faulted';
      readonly reason: string;
      readonly attempts: number;
      readonly retryAt: number;
    };

/**
 * Opens, closes and deletes the databases of this node as the database records say, and keeps their replication
 * pointed at the right peers. One pass at a time; a record that changes meanwhile causes another pass.
 */
export class DatabaseLandlord {
  readonly #options: LandlordOptions;
  readonly #folders: DatabaseFolders;
  readonly #copies: StampedCopies;
  readonly #tenancies = new Map<string, Tenancy>();
  readonly #loadWaiters = new Map<string, Set<() => void>>();
  readonly #unsubscribe: readonly (() => void)[];
  #pass: Promise<void> | null = null;
  readonly #departures = new Set<Promise<void>>();
  /** The copies that are leaving, open as long as they hand over. */
  readonly #leaving = new Map<string, LoadedDatabase | null>();
  #isDirty = false;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LandlordOptions) {
    this.#options = options;
    this.#folders = new DatabaseFolders(options.dataDirectory);
    const { cluster } = options;
    this.#copies = new StampedCopies(this.#folders, cluster);
    this.#unsubscribe = [
      cluster.onRecordsChanged(() => this.#wake()),
      // Where the peers are stands in the membership, not in the records.
      cluster.onTopologyChanged(() => this.#wake()),
      cluster.consistent.onTransactions(() => {
        for (const { transactions } of this.loaded()) if (!transactions.isCurrent) transactions.wake();
      }),
    ];
    this.#wake();
  }

  /** The database, open; waits a bounded time while it is being opened. Throws one of landlord-error.ts. */
  async get(name: string): Promise<LoadedDatabase> {
    return this.tryGet(name) ?? this.#waitFor(name);
  }

  /** The database when it is open and enabled, without waiting: the hot path. */
  tryGet(name: string): LoadedDatabase | undefined {
    const tenancy = this.#tenancies.get(name) ?? this.#tenancies.get(name.toLowerCase());
    return tenancy?.state === 'loaded' ? tenancy.loaded : undefined;
  }

  loaded(): readonly LoadedDatabase[] {
    return [...this.#tenancies.values()].flatMap((tenancy) =>
      tenancy.state === 'loaded' ? [tenancy.loaded] : [],
    );
  }

  /** Why each database that should be here can't be opened. */
  faults(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#tenancies].flatMap(([name, tenancy]) =>
        tenancy.state === 'faulted' ? [[name, tenancy.reason] as const] : [],
      ),
    );
  }

  /**
   * Lets the members that are connected have what was acknowledged here before this node goes, so that clients find it
   * with them meanwhile. At most `timeoutMs` for all databases together.
   */
  async flushReplication(timeoutMs: number): Promise<void> {
    const flushed = await Promise.all(
      this.loaded().map(async ({ name, replication }) => ({ name, ok: await replication.flush(timeoutMs) })),
    );
    const late = flushed.filter(({ ok }) => !ok).map(({ name }) => name);
    if (late.length === 0) return;
    this.#options.logger.warn(
      `Other members still lack the last writes of ${late.join(', ')}; they get them when this node is back`,
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#retryTimer);
    await this.#pass;
    // A hand-over that waits for a peer would hold up the stop: without its replication it ends at once.
    for (const leaving of this.#leaving.values()) await leaving?.replication.close();
    await Promise.all(this.#departures);
    await Promise.all(this.loaded().map((loaded) => loaded.close()));
    this.#tenancies.clear();
  }

  async #waitFor(name: string): Promise<LoadedDatabase> {
    const timeoutMs = this.#options.loadTimeoutMs ?? DATABASE_LOAD_TIMEOUT_MS;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const loaded = this.tryGet(name);
      if (loaded !== undefined) return loaded;
      this.#mustBeExpected(name);
      const left = deadline - performance.now();
      if (left <= 0) throw new DatabaseLoadTimeoutError(name, timeoutMs);
      await this.#nextPass(name.toLowerCase(), left);
    }
  }

  /** Throws unless the records say that the database belongs here and nothing is known to be wrong with it. */
  #mustBeExpected(name: string): void {
    const { cluster } = this.#options;
    const tag = cluster.nodeTag();
    const view = cluster.record(name);
    if (view === undefined)
      throw tag === '?' ? new NodeIsPassiveError(name) : new DatabaseDoesNotExistError(name);
    const { record } = view;
    const holders = copyHolders(record.Topology);
    if (holders.length === 0) throw new DatabaseDoesNotExistError(name);
    if (!holders.includes(tag)) throw new DatabaseNotRelevantError(record.DatabaseName, tag);
    if (record.Disabled) throw new DatabaseDisabledError(record.DatabaseName);
    if (this.#isClosed) throw new DatabaseLoadFailureError(record.DatabaseName, 'the node is shutting down');
    const tenancy = this.#tenancies.get(name.toLowerCase());
    if (tenancy?.state === 'faulted') throw new DatabaseLoadFailureError(record.DatabaseName, tenancy.reason);
  }

  #nextPass(key: string, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#loadWaiters.get(key) ?? new Set();
      this.#loadWaiters.set(key, waiters);
      const done = () => {
        clearTimeout(timer);
        waiters.delete(done);
        if (waiters.size === 0) this.#loadWaiters.delete(key);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      waiters.add(done);
    });
  }

  #wake(): void {
    this.#isDirty = true;
    if (this.#isClosed) return;
    this.#pass ??= this.#run().finally(() => {
      this.#pass = null;
      // A change that came between the last look and here must not be lost.
      if (this.#isDirty) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      const records = this.#options.cluster.records();
      for (const view of records) await this.#settle(view);
      await this.#closeUnrecorded(new Set(records.map(({ record }) => record.DatabaseName.toLowerCase())));
    }
  }

  /** Makes one database be here as its record says. An error is that database's own. */
  async #settle(view: RecordView): Promise<void> {
    const name = view.record.DatabaseName;
    const tag = this.#options.cluster.nodeTag();
    try {
      // What is newer comes with the rest of the log, and wakes the landlord again.
      if (await this.#copies.isRecordOlder(view)) await this.#closeTenancy(name);
      // Its end wakes the landlord again; that may come when the database has been made anew.
      else if (this.#tenancies.get(name.toLowerCase())?.state === 'leaving') return;
      else await this.#follow(view, tag);
    } catch (error) {
      this.#options.logger.error(`Could not settle database ${name}`, { error: String(error) });
      this.#scheduleRetry(RELOAD_DELAY_MS);
    }
    for (const done of [...(this.#loadWaiters.get(name.toLowerCase()) ?? [])]) done();
  }

  async #follow(view: RecordView, tag: string): Promise<void> {
    const { DatabaseName: name, DeletionInProgress, Topology, Disabled } = view.record;
    // It is set aside; the new copy is filled by its peers.
    if (await this.#copies.isStale(view)) await this.#leave(name);
    const deletion = DeletionInProgress[tag];
    if (deletion !== undefined) this.#depart(view, tag, deletion === 'HardDelete');
    else if (!copyHolders(Topology).includes(tag)) await this.#withdraw(view);
    else if (Disabled) await this.#closeTenancy(name);
    else await this.#open(view);
  }

  async #open(view: RecordView): Promise<void> {
    const { logger } = this.#options;
    const name = view.record.DatabaseName;
    const key = name.toLowerCase();
    const known = this.#tenancies.get(key);
    if (known?.state === 'loaded' && (await this.#copies.isCurrent(view))) return known.loaded.update(view);
    if (known?.state === 'faulted' && known.retryAt > performance.now()) return;
    const attempts = known?.state === 'faulted' ? known.attempts : 0;
    try {
      // Files that were kept may be open as those of the former database.
      await this.#closeTenancy(name);
      const loaded = await this.#load(view, await this.#copies.stamp(view));
      this.#tenancies.set(key, { state: 'loaded', loaded });
      logger.info(`Database ${name} is open`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const delay = Math.min(RELOAD_DELAY_MAX_MS, RELOAD_DELAY_MS * 2 ** attempts);
      this.#tenancies.set(key, {
        state: 'faulted',
        reason,
        attempts: attempts + 1,
        retryAt: performance.now() + delay,
      });
      logger.error(`Database ${name} could not be opened; next try in ${delay} ms`, { reason });
      this.#scheduleRetry(delay);
    }
  }

  /** Takes its time in the background: other databases must not wait for it. */
  #depart(view: RecordView, tag: string, isHard: boolean): void {
    const key = view.record.DatabaseName.toLowerCase();
    const tenancy = this.#tenancies.get(key);
    if (tenancy?.state === 'leaving') return;
    this.#tenancies.set(key, { state: 'leaving' });
    const { cluster, logger } = this.#options;
    const loaded = tenancy?.state === 'loaded' ? tenancy.loaded : null;
    this.#leaving.set(key, loaded);
    const departure = depart({
      view,
      tag,
      isHard,
      loaded,
      open: () => this.#openToLeave(view),
      isStopping: () => this.#isClosed,
      folders: this.#folders,
      cluster,
      logger,
    })
      .catch(async (error: unknown) => {
        logger.warn(`Database ${view.record.DatabaseName} could not be given up yet; tried again`, {
          error: String(error),
        });
        await delay(RELOAD_DELAY_MS);
      })
      .finally(() => {
        this.#tenancies.delete(key);
        this.#leaving.delete(key);
        this.#departures.delete(departure);
        this.#wake();
      });
    this.#departures.add(departure);
  }

  async #openToLeave(view: RecordView): Promise<LoadedDatabase | null> {
    if (!(await this.#folders.exists(view.record.DatabaseName))) return null;
    try {
      const loaded = await this.#load(view, await this.#folders.stampOf(view.record.DatabaseName));
      this.#leaving.set(view.record.DatabaseName.toLowerCase(), loaded);
      return loaded;
    } catch (error) {
      this.#options.logger.error(`The leaving copy of ${view.record.DatabaseName} could not be opened`, {
        error: String(error),
      });
      return null;
    }
  }

  /** `stamp`: of the copy; null when it has none. */
  #load(view: RecordView, stamp: CopyStamp | null): Promise<LoadedDatabase> {
    const { cluster, logger, writer, indexHost, durable, connect } = this.#options;
    const { tombstoneCleanupIntervalMs, retirement, deploymentModes } = this.#options;
    const name = view.record.DatabaseName;
    const observeBatch = this.#options.observeBatch?.(name);
    return openLoadedDatabase({
      view,
      cluster,
      path: this.#folders.of(name),
      copySince: stamp?.addedAt ?? 0,
      writer,
      indexHost,
      durable,
      logger: logger.child({ component: 'database' }),
      tombstoneCleanupIntervalMs,
      retirement,
      deploymentModes,
      ...(connect === undefined ? {} : { connect }),
      ...(observeBatch === undefined ? {} : { observeBatch }),
    });
  }

  async #closeTenancy(name: string): Promise<void> {
    const key = name.toLowerCase();
    const tenancy = this.#tenancies.get(key);
    if (tenancy?.state === 'leaving') return;
    this.#tenancies.delete(key);
    if (tenancy?.state === 'loaded') await tenancy.loaded.close();
  }

  /** The record does not give this node a copy. */
  async #withdraw(view: RecordView): Promise<void> {
    const name = view.record.DatabaseName;
    if (await this.#copies.isKept(view)) await this.#closeTenancy(name);
    else await this.#leave(name);
  }

  /** The cluster took this copy from the node, perhaps while it was down: its files are set aside, not deleted. */
  async #leave(name: string): Promise<void> {
    await this.#closeTenancy(name);
    if (!(await this.#folders.exists(name))) return;
    await this.#options.cluster.recordsDurable();
    const place = await this.#folders.quarantine(name, new Date());
    if (place === null) return;
    this.#options.logger.warn(
      `The copy of ${name} on this node was given up; its files are kept in ${place}`,
    );
  }

  /** A database that has no record any more is closed; a soft delete keeps its files where they are. */
  async #closeUnrecorded(recorded: ReadonlySet<string>): Promise<void> {
    for (const key of this.#tenancies.keys()) {
      if (!recorded.has(key)) await this.#closeTenancy(key);
    }
  }

  #scheduleRetry(delayMs: number): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#wake(), delayMs);
  }
}
