import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { DatabaseReplication } from '../../node/replication/replication-loader.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { TcpListener } from '../../node/tcp/tcp-listener.ts';
import { connectWire, type WireConnector } from '../../node/wire/connect.ts';
import type { FrameConnection } from '../../node/wire/frame-connection.ts';

/** A node of a group over real TCP and RocksDB, without cluster and edge. */
export class ReplicatedNode {
  readonly tag: string;
  readonly port: number;
  readonly connections = new Set<FrameConnection>();
  readonly #path: string;
  readonly #writer: StorageWriter;
  readonly #listener: TcpListener;
  /** Tags of nodes that can't be reached, in either direction. */
  readonly #unreachable = new Set<string>();
  #database: Database;
  #replication: DatabaseReplication;
  #peers: readonly ReplicatedNode[] = [];
  #copiesMeant: Readonly<Record<string, number>> = {};
  #copySince: number | null = null;

  private constructor(
    tag: string,
    path: string,
    writer: StorageWriter,
    listener: TcpListener,
    port: number,
    database: Database,
  ) {
    this.tag = tag;
    this.port = port;
    this.#path = path;
    this.#writer = writer;
    this.#listener = listener;
    this.#database = database;
    this.#replication = this.#startReplication();
    listener.handleFrames('Replication', {
      versions: [1],
      refuse: (header) => this.#replication.refuse(header),
      connected: (connection, header) => {
        if (this.#unreachable.has(header.SourceNodeTag ?? '')) return connection.close();
        this.#track(connection);
        this.#replication.accept(connection, header);
      },
    });
  }

  static async open(tag: string, writer: StorageWriter): Promise<ReplicatedNode> {
    const path = await mkdtemp(join(tmpdir(), `replication-${tag}-`));
    const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
    const port = await listener.listen();
    const database = await openDatabase(tag, path, writer);
    return new ReplicatedNode(tag, path, writer, listener, port, database);
  }

  get database(): Database {
    return this.#database;
  }

  get replication(): DatabaseReplication {
    return this.#replication;
  }

  /** `copiesMeant`: by tag, since which Raft index the copy is that is meant. */
  setPeers(peers: readonly ReplicatedNode[], copiesMeant: Readonly<Record<string, number>> = {}): void {
    this.#peers = peers;
    this.#copiesMeant = copiesMeant;
    this.#replication.setTopology(
      peers.map(({ tag, port }) => ({
        ...{ tag, tcpAddress: `127.0.0.1:${port}`, database: 'things' },
        ...(copiesMeant[tag] === undefined ? {} : { copySince: copiesMeant[tag] }),
      })),
    );
  }

  async put(id: string, document: object): Promise<string> {
    const json = { ...document, '@metadata': { '@collection': 'Things' } };
    const args = { id, expectedChangeVector: null, document: Buffer.from(JSON.stringify(json)) };
    return (await this.#database.execute(putDocument, args)).changeVector;
  }

  async delete(id: string): Promise<void> {
    await this.#database.execute(deleteDocument, { id, expectedChangeVector: null });
  }

  get(id: string): unknown {
    const document = this.#database.read((reader) => reader.getMany([id])[0]);
    return document === undefined ? undefined : JSON.parse(document.body.toString());
  }

  /** All live documents with their change vectors, for comparison between nodes. */
  digest(): readonly string[] {
    return this.#database.read((reader) =>
      [...reader.startsWith({ prefix: '' })].map(
        ({ id, body, changeVector, flags }) =>
          `${id} ${body.toString()} ${flags} ${changeVector.split(', ').sort().join(', ')}`,
      ),
    );
  }

  breakConnections(): void {
    for (const connection of [...this.connections]) connection.close(new Error('broken by the test'));
  }

  /** Cuts this node off from another, in both directions, until `reconnect`. */
  cutOff(other: ReplicatedNode): void {
    this.#unreachable.add(other.tag);
    other.#unreachable.add(this.tag);
    this.breakConnections();
    other.breakConnections();
  }

  reconnect(): void {
    this.#unreachable.clear();
  }

  /** Closes the database and opens it again, as a process that restarts does. */
  async restart(): Promise<void> {
    await this.#closeCopy();
    await this.#openCopy();
  }

  /** Its copy is set aside, and it opens the one that it was given at this Raft index, which holds nothing yet. */
  async beginCopy(copySince: number): Promise<void> {
    await this.#closeCopy();
    await rm(this.#path, { recursive: true });
    this.#copySince = copySince;
    await this.#openCopy();
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.#closeCopy();
    await rm(this.#path, { recursive: true, force: true });
  }

  async #closeCopy(): Promise<void> {
    await this.#replication.close();
    await this.#database.close();
  }

  async #openCopy(): Promise<void> {
    this.#database = await openDatabase(this.tag, this.#path, this.#writer);
    this.#replication = this.#startReplication();
    this.setPeers(this.#peers, this.#copiesMeant);
  }

  #startReplication(): DatabaseReplication {
    const connect: WireConnector = async (options) => {
      const target = this.#peers.find(({ port }) => options.address.endsWith(`:${port}`));
      if (target === undefined || this.#unreachable.has(target.tag)) throw new Error('cut off by the test');
      const connection = await connectWire(options);
      this.#track(connection);
      return connection;
    };
    return new DatabaseReplication({
      database: this.#database,
      nodeTag: this.tag,
      ...(this.#copySince === null ? {} : { copySince: this.#copySince }),
      logger: silentLogger,
      connect,
    });
  }

  #track(connection: FrameConnection): void {
    this.connections.add(connection);
    connection.onClose(() => this.connections.delete(connection));
  }
}

function openDatabase(tag: string, path: string, writer: StorageWriter): Promise<Database> {
  return Database.open({ name: 'things', nodeTag: tag, path, writer, logger: silentLogger });
}

/** A group in which everybody replicates to everybody. */
export class ReplicatedGroup {
  readonly nodes: readonly ReplicatedNode[];
  readonly #writer: StorageWriter;

  private constructor(nodes: readonly ReplicatedNode[], writer: StorageWriter) {
    this.nodes = nodes;
    this.#writer = writer;
  }

  static async open(size: number): Promise<ReplicatedGroup> {
    const writer = new StorageWriter();
    const tags = Array.from({ length: size }, (_, i) => String.fromCharCode(65 + i));
    const nodes = await Promise.all(tags.map((tag) => ReplicatedNode.open(tag, writer)));
    return new ReplicatedGroup(nodes, writer);
  }

  connect(members: readonly ReplicatedNode[] = this.nodes): void {
    for (const node of members) node.setPeers(members.filter((other) => other !== node));
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.#writer.stop();
  }
}
