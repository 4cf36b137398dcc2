import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { measureCluster } from './cluster-lines.ts';
import { type Line, renderTable } from './line.ts';
import { startNode } from './node-process.ts';
import { residentMegabytes } from './process-usage.ts';
import { measureDocuments, measureFloor } from './single-node-lines.ts';

const program = new Command('bench')
  .description('Measures a node, the floor below it, and any peer that speaks the same protocol, in one run.')
  .option(
    '--peer <url>',
    'a server that speaks the RavenDB protocol; a database named bench is made and dropped there',
  )
  .option('--peer-pid <pid>', "the peer's process, for its CPU figures", Number)
  .option('--seconds <n>', 'length of each measurement', Number, 5)
  .option('--skip-cluster', 'leave the lines out that need three nodes')
  .option('--json <file>', 'where the figures go', 'bench-results.json')
  .parse();

const options = program.opts<{
  peer?: string;
  peerPid?: number;
  seconds: number;
  skipCluster?: boolean;
  json: string;
}>();

async function main(): Promise<void> {
  const durationMs = options.seconds * 1000;
  const lines: Line[] = [];
  const say = (what: string) => process.stderr.write(`${what} …\n`);

  say('The floor: bare node:http, bare RocksDB');
  lines.push(...(await measureFloor(durationMs)));
  if (options.peer !== undefined) {
    say(`The peer at ${options.peer}`);
    lines.push(
      ...(await measureDocuments(
        { name: 'peer', url: options.peer, pid: options.peerPid ?? null },
        durationMs,
      )),
    );
  }
  say('One node');
  const node = await startNode();
  await fetch(`${node.url}/admin/cluster/bootstrap`, { method: 'POST' });
  lines.push(...(await measureDocuments({ name: 'ours', url: node.url, pid: node.pid }, durationMs)));
  const blank = {
    subject: 'ours',
    perSecond: null,
    cpuMicroseconds: null,
    p50Ms: null,
    p99Ms: null,
  } as const;
  lines.push({
    ...blank,
    name: 'memory after the load',
    value: `${residentMegabytes(node.pid).toFixed(0)} MB`,
  });
  await node.stop();
  if (options.skipCluster !== true) {
    say('Three nodes');
    lines.push(...(await measureCluster(durationMs)));
  }
  console.log(renderTable(lines));
  await writeFile(
    options.json,
    `${JSON.stringify({ node: process.version, seconds: options.seconds, lines }, null, 2)}\n`,
  );
}

await main();
