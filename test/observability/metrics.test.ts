import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METRIC_LABEL_VALUES_MAX } from '../../node/observability/limits.ts';
import { type MetricSources, NodeMetrics } from '../../node/observability/metrics.ts';

let sources: MetricSources;
let metrics: NodeMetrics;

beforeEach(() => {
  sources = {};
});
afterEach(() => metrics.close());

async function scrape(): Promise<string[]> {
  const { contentType, text } = await metrics.text();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  return text.split('\n');
}

describe('the metrics of a node', () => {
  it('count requests by route and status, and every limit that bites', async () => {
    metrics = new NodeMetrics();
    metrics.requests.answered('GET /databases/*/docs', 200, 1.5);
    metrics.requests.answered('GET /databases/*/docs', 200, 0.1);
    metrics.requests.answered('GET /databases/*/docs', 404, 0.1);
    metrics.requests.limited('body_bytes');
    const lines = await scrape();
    const name = 'ravencluster_http_request_duration_seconds';
    expect(lines).toContain(`${name}_count{route="GET /databases/*/docs",status="200"} 2`);
    expect(lines).toContain(`${name}_bucket{le="0.0005",route="GET /databases/*/docs",status="200"} 1`);
    expect(lines).toContain(`${name}_count{route="GET /databases/*/docs",status="404"} 1`);
    expect(lines).toContain('ravencluster_limit_hits_total{limit="body_bytes"} 1');
  });

  it('show what the mergers group and what the writer thread waits for', async () => {
    metrics = new NodeMetrics();
    metrics.merger.of('shop')({ commands: 32, bytes: 4096, queueMs: 0.2, commitMs: 0.8 });
    metrics.writer.observe(700, 4096, true);
    const lines = await scrape();
    expect(lines).toContain('ravencluster_merger_batch_commands_sum{database="shop"} 32');
    expect(lines).toContain('ravencluster_merger_bytes_total{database="shop"} 4096');
    expect(lines).toContain('ravencluster_merger_commit_seconds_bucket{le="0.001",database="shop"} 1');
    expect(lines).toContain('ravencluster_storage_write_seconds_bucket{le="0.001",synced="true"} 1');
  });

  it('read consensus, replication, databases and RocksDB when asked, and forget what is gone', async () => {
    let peers = [{ database: 'shop', peer: 'B', isConnected: true, lagEtags: 7, lagMs: 12 }];
    sources = {
      rachis: () => ({
        nodeTag: 'A',
        state: 'Leader',
        term: 3,
        commitIndex: 12,
        appliedIndex: 10,
        firstIndex: 5,
        lastIndex: 14,
        hasLeader: true,
        leaderChanges: 2,
        differingNodes: 1,
        isObserverSuspended: true,
        logBytes: 4096,
        unwrittenBytes: 77,
        rememberedRequests: 8,
        peers: [
          { tag: 'B', matchIndex: 11, nextIndex: 15, inflight: 3, isInSnapshot: false, isConnected: true },
        ],
      }),
      replication: () => peers,
      databases: () => [{ database: 'shop', documents: 5, tombstones: 1, conflicts: 0, lastEtag: 9 }],
      environments: () => [
        {
          environment: 'shop',
          property: (name) =>
            ({
              'rocksdb.num-snapshots': '42',
              'rocksdb.dbstats': '\nCumulative stall: 00:01:2.500 H:M:S, 0.1 percent\n',
            })[name] ?? '',
        },
      ],
    };
    metrics = new NodeMetrics(sources);
    const lines = await scrape();
    expect(lines).toContain('ravencluster_rachis_term{node="A"} 3');
    expect(lines).toContain('ravencluster_rachis_apply_lag_entries{node="A"} 2');
    expect(lines).toContain('ravencluster_rachis_log_entries{node="A"} 10');
    expect(lines).toContain('ravencluster_rachis_is_leader{node="A"} 1');
    expect(lines).toContain('ravencluster_rachis_leader_changes{node="A"} 2');
    expect(lines).toContain('ravencluster_rachis_first_index{node="A"} 5');
    expect(lines).toContain('ravencluster_rachis_differing_nodes{node="A"} 1');
    expect(lines).toContain('ravencluster_observer_is_suspended{node="A"} 1');
    expect(lines).toContain('ravencluster_rachis_log_bytes{node="A"} 4096');
    expect(lines).toContain('ravencluster_rachis_unwritten_bytes{node="A"} 77');
    expect(lines).toContain('ravencluster_rachis_remembered_requests{node="A"} 8');
    expect(lines).toContain('ravencluster_rachis_peer_lag_entries{peer="B"} 3');
    expect(lines).toContain('ravencluster_rachis_peer_match_index{peer="B"} 11');
    expect(lines).toContain('ravencluster_rachis_peer_next_index{peer="B"} 15');
    expect(lines).toContain('ravencluster_rachis_peer_inflight_messages{peer="B"} 3');
    expect(lines).toContain('ravencluster_rachis_peer_in_snapshot{peer="B"} 0');
    expect(lines).toContain('ravencluster_rachis_peer_connected{peer="B"} 1');
    expect(lines).toContain('ravencluster_replication_lag_etags{database="shop",peer="B"} 7');
    expect(lines).toContain('ravencluster_replication_lag_seconds{database="shop",peer="B"} 0.012');
    expect(lines).toContain('ravencluster_database_documents{database="shop"} 5');
    expect(lines).toContain('ravencluster_rocksdb_num_snapshots{environment="shop"} 42');
    expect(lines).toContain('ravencluster_rocksdb_stall_seconds{environment="shop"} 62.5');
    expect(lines.join('\n')).not.toContain('ravencluster_rocksdb_background_errors{');
    peers = [];
    expect((await scrape()).join('\n')).not.toContain('ravencluster_replication_lag_etags{');
  });

  it('keep the other figures when one source fails, and count the failure', async () => {
    sources = {
      rachis: () => {
        throw new Error('closing');
      },
      databases: () => [{ database: 'shop', documents: 5, tombstones: 0, conflicts: 0, lastEtag: 5 }],
    };
    metrics = new NodeMetrics(sources);
    expect(await scrape()).toContain('ravencluster_database_documents{database="shop"} 5');
    expect((await scrape()).join('\n')).toMatch(/ravencluster_scrape_errors_total\{source="rachis"\} [12]\n/);
  });

  it('include the event-loop delay and the process', async () => {
    metrics = new NodeMetrics();
    const text = (await scrape()).join('\n');
    expect(text).toMatch(/ravencluster_event_loop_delay_seconds\{quantile="p99"\} [\d.e-]+/);
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
  });

  it('tell a bounded number of databases apart', async () => {
    metrics = new NodeMetrics();
    const batch = { commands: 1, bytes: 1, queueMs: 0, commitMs: 0 };
    for (let i = 0; i < METRIC_LABEL_VALUES_MAX + 2; i++) metrics.merger.of(`db-${i}`)(batch);
    expect(await scrape()).toContain('ravencluster_merger_bytes_total{database="other"} 2');
  });
});
