import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { measureCluster } from './cluster-lines.ts';
import { measureConsensus } from './consensus-lines.ts';
import { type Line, renderTable } from './line.ts';
import { startNode } from './node-process.ts';
import { residentMegabytes } from './process-usage.ts';
import { measureQueries } from './query-lines.ts';
import { measureDocuments, measureFloor, type Subject } from './single-node-lines.ts';

type Part = 'documents' | 'queries' | 'cluster' | 'consensus';

const program = new Command('bench')
  .description('Measures a node, the floor below it, and any peer that speaks the same protocol, in one run.')
  .option(
    '--peer <url>',
    'a server that speaks the RavenDB protocol; databases whose names begin with bench are made and dropped there',
  )
  .option('--peer-pid <pid>', "the peer's process, for its CPU figures", Number)
  .option('--etcd <program>', 'path of etcd: three of it are measured beside three nodes; needs Go')
  .option('--seconds <n>', 'length of each measurement', Number, 5)
  .addOption(
    new Option('--only <part>', 'measure one part').choices(['documents', 'queries', 'cluster', 'consensus']),
  )
  .option('--skip-cluster', 'leave the lines out that need three nodes')
  .option('--json <file>', 'where the figures go', 'bench-results.json')
  .parse();

const options = program.opts<{
  peer?: string;
  peerPid?: number;
  etcd?: string;
  seconds: number;
  only?: Part;
  skipCluster?: boolean;
  json: string;
}>();

const isWanted = (part: Part): boolean =>
  options.only === undefined ? part !== 'cluster' || options.skipCluster !== true : options.only === part;

/** Documents and queries of one server. */
async function measureServer(subject: Subject, durationMs: number): Promise<Line[]> {
  return [
    ...(isWanted('documents') ? await measureDocuments(subject, durationMs) : []),
    ...(isWanted('queries') ? await measureQueries(subject, durationMs) : []),
  ];
}

async function measureOurs(durationMs: number): Promise<Line[]> {
  const node = await startNode();
  await fetch(`${node.url}/admin/cluster/bootstrap`, { method: 'POST' });
  const lines = await measureServer({ name: 'ours', url: node.url, pid: node.pid }, durationMs);
  const memory: Line = {
    name: 'memory after the load',
    subject: 'ours',
    perSecond: null,
    cpuMicroseconds: null,
    p50Ms: null,
    p99Ms: null,
    value: `${residentMegabytes(node.pid).toFixed(0)} MB`,
  };
  await node.stop();
  return [...lines, memory];
}

async function main(): Promise<void> {
  const durationMs = options.seconds * 1000;
  const lines: Line[] = [];
  const say = (what: string) => process.stderr.write(`${what} …\n`);

  if (isWanted('documents')) {
    say('The floor: bare node:http, bare RocksDB');
    lines.push(...(await measureFloor(durationMs)));
  }
  if (isWanted('documents') || isWanted('queries')) {
    if (options.peer !== undefined) {
      say(`The peer at ${options.peer}`);
      const peer: Subject = { name: 'peer', url: options.peer, pid: options.peerPid ?? null };
      lines.push(...(await measureServer(peer, durationMs)));
    }
    say('One node');
    lines.push(...(await measureOurs(durationMs)));
  }
  if (isWanted('cluster')) {
    say('Three nodes');
    lines.push(...(await measureCluster(durationMs)));
  }
  if (isWanted('consensus') && options.etcd !== undefined) {
    say('Three nodes, and three of etcd');
    lines.push(...(await measureConsensus(options.etcd, durationMs)));
  }
  console.log(renderTable(lines));
  await writeFile(
    options.json,
    `${JSON.stringify({ node: process.version, seconds: options.seconds, lines }, null, 2)}\n`,
  );
}

await main();
