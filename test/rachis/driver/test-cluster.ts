import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { RaftLimits } from '../../../node/rachis/core/limits.ts';
import { RachisNode } from '../../../node/rachis/rachis-node.ts';
import type { RachisNodeOptions } from '../../../node/rachis/rachis-options.ts';
import { CLUSTER_WIRE_VERSION } from '../../../node/rachis/transport/rachis-transport.ts';
import { TcpListener } from '../../../node/tcp/tcp-listener.ts';
import { connectWire } from '../../../node/wire/connect.ts';
import type { FrameConnection } from '../../../node/wire/frame-connection.ts';
import { emptyDisk, type ListDisk, ListStateMachine } from './list-state-machine.ts';

export async function until(
  holds: () => boolean,
  what: string | (() => string) = 'the condition',
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) {
      throw new Error(`${typeof what === 'string' ? what : what()} did not come about`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A node of the test cluster: real files, real TCP, its own port for as long as it lives. */
export class TestNode {
  readonly cluster: TestCluster;
  readonly folder: string;
  disk: ListDisk = emptyDisk();
  machine: ListStateMachine = new ListStateMachine(this.disk);
  port = 0;
  #rachis: RachisNode | null = null;
  #listener: TcpListener | null = null;
  readonly #connections = new Set<FrameConnection>();
  readonly fatal: Error[] = [];
  /** What it warned of. */
  readonly warnings: string[] = [];
  /** What it told of: the message, then its fields. */
  readonly messages: string[] = [];
  /** What the room above has the leader do. */
  readonly hooks: Pick<RachisNodeOptions, 'admit' | 'prepare'> = {};
  /** Stands between this node and those that dial it. */
  proxy: { readonly port: number } | null = null;

  constructor(cluster: TestCluster, folder: string) {
    this.cluster = cluster;
    this.folder = folder;
  }

  get rachis(): RachisNode {
    if (this.#rachis === null) throw new Error('the node is down');
    return this.#rachis;
  }

  get isUp(): boolean {
    return this.#rachis !== null;
  }

  get address(): string {
    return `127.0.0.1:${this.proxy?.port ?? this.port}`;
  }

  async start(): Promise<this> {
    this.machine = new ListStateMachine(this.disk);
    const rachis = await RachisNode.open({
      folder: this.folder,
      stateMachine: this.machine,
      connect: async (options) => {
        const connection = await connectWire(options);
        this.#connections.add(connection);
        connection.onClose(() => this.#connections.delete(connection));
        return connection;
      },
      logger: {
        ...silentLogger,
        info: (message, fields) => this.messages.push(`${message} ${JSON.stringify(fields)}`),
        warn: (message, fields) => this.warnings.push(`${message} ${JSON.stringify(fields)}`),
      },
      electionTimeoutMs: this.cluster.electionTimeoutMs,
      segmentBytes: 256 * 1024,
      raftLimits: this.cluster.limits,
      addresses: () => ({ url: `http://127.0.0.1:${this.port}`, tcpAddress: this.address }),
      prepare: (data, configuration) => this.hooks.prepare?.(data, configuration) ?? data,
      admit: (joining, introductions) => this.hooks.admit?.(joining, introductions),
      onFatal: (error) => this.fatal.push(error),
    });
    const listener = new TcpListener({ host: '127.0.0.1', port: this.port });
    listener.handleFrames('Cluster', {
      versions: [CLUSTER_WIRE_VERSION],
      refuse: (header) => rachis.refuse(header),
      connected: (connection, header) => rachis.acceptConnection(connection, header),
    });
    this.port = await listener.listen();
    this.#rachis = rachis;
    this.#listener = listener;
    return this;
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    await this.#rachis?.close();
    this.#rachis = null;
    this.#listener = null;
  }

  /** The disk is lost; the node starts again as another one, at the same address. */
  async wipe(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
    this.disk = emptyDisk();
    await this.start();
  }

  /** Breaks the connections that this node has dialled, as a network might. */
  cutConnections(): void {
    for (const connection of [...this.#connections]) connection.close(new Error('cut by the test'));
  }

  asMember(tag: string, role: 'member' | 'promotable' | 'watcher') {
    return { id: this.rachis.id, tag, url: `http://${this.address}`, tcpAddress: this.address, role };
  }

  append(line: string, timeoutMs = 10_000) {
    return this.rachis.submit(Buffer.from(line), { timeoutMs });
  }
}

export class TestCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'rachis-'));
  readonly nodes: TestNode[] = [];
  readonly electionTimeoutMs: number;
  readonly limits: Partial<RaftLimits>;

  constructor(electionTimeoutMs = 300, limits: Partial<RaftLimits> = {}) {
    this.electionTimeoutMs = electionTimeoutMs;
    this.limits = limits;
  }

  /** A cluster of so many members, all of which follow one leader. */
  static async of(count: number, limits: Partial<RaftLimits> = {}): Promise<TestCluster> {
    const cluster = new TestCluster(300, limits);
    const first = await cluster.add();
    await first.rachis.bootstrap('test-cluster');
    for (let i = 1; i < count; i++) {
      const node = await cluster.add();
      await cluster.join(node, String.fromCharCode(65 + i));
    }
    return cluster;
  }

  async add(): Promise<TestNode> {
    const node = new TestNode(this, join(this.folder, `node-${this.nodes.length}`));
    this.nodes.push(node);
    return node.start();
  }

  async join(node: TestNode, tag: string, role: 'promotable' | 'watcher' = 'promotable'): Promise<void> {
    const leader = await this.leader();
    await leader.rachis.changeConfiguration({ upsert: [node.asMember(tag, role)] });
    if (role === 'watcher') return;
    // Committed and no longer joint: until then the quorum of the old members is needed, too.
    await until(() => {
      const { configuration, configurationIndex, commitIndex } = node.rachis.status();
      const isMember =
        configuration?.nodes.some((n) => n.id === node.rachis.id && n.role === 'member') ?? false;
      return isMember && configuration?.outgoingMembers.length === 0 && commitIndex >= configurationIndex;
    }, `the promotion of ${tag}`);
  }

  get up(): TestNode[] {
    return this.nodes.filter((node) => node.isUp);
  }

  async leader(): Promise<TestNode> {
    const leaders = () => this.up.filter((node) => node.rachis.isLeader);
    await until(
      () => leaders().length > 0,
      () => `a leader among ${this.up.map((node) => JSON.stringify(node.rachis.status())).join('\n')}`,
    );
    const newest = leaders().sort((a, b) => b.rachis.status().term - a.rachis.status().term)[0];
    if (newest === undefined) return this.leader();
    return newest;
  }

  async follower(): Promise<TestNode> {
    const leader = await this.leader();
    const follower = this.up.find((node) => node !== leader);
    if (follower === undefined) throw new Error('there is no follower');
    return follower;
  }

  /** All nodes that are up hold the same lines. */
  async converged(): Promise<readonly string[]> {
    const [first] = this.up;
    if (first === undefined) throw new Error('no node is up');
    await until(
      () =>
        this.up.every(
          (node) => node.machine.digest === first.machine.digest && node.machine.lines.length > 0,
        ),
      () => `equal state: ${this.up.map((node) => node.machine.lines.length).join(', ')} lines`,
    );
    return first.machine.lines;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
