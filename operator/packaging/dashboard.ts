/** A panel of the dashboard: a question that somebody on call asks, and the query that answers it. */
interface Panel {
  readonly title: string;
  readonly unit: 'short' | 's' | 'reqps' | 'Bps';
  readonly query: string;
  /** With the labels of the series in double braces. */
  readonly legend: string;
}

const OF_CLUSTER = 'namespace="$namespace", ravencluster="$cluster"';

const quantile = (metric: string, by = ''): string =>
  `histogram_quantile(0.99, sum by (le${by}, pod) (rate(${metric}_bucket{${OF_CLUSTER}}[$__rate_interval])))`;

const PANELS: readonly Panel[] = [
  {
    title: 'Nodes that answer',
    unit: 'short',
    query: `sum(up{${OF_CLUSTER}})`,
    legend: 'nodes',
  },
  {
    title: 'Leader',
    unit: 'short',
    query: `ravencluster_rachis_is_leader{${OF_CLUSTER}}`,
    legend: '{{pod}}',
  },
  {
    title: 'Requests',
    unit: 'reqps',
    query: `sum by (pod) (rate(ravencluster_http_request_duration_seconds_count{${OF_CLUSTER}}[$__rate_interval]))`,
    legend: '{{pod}}',
  },
  {
    title: 'Request time, 99th percentile',
    unit: 's',
    query: quantile('ravencluster_http_request_duration_seconds'),
    legend: '{{pod}}',
  },
  {
    title: 'Time until a write is durable, 99th percentile',
    unit: 's',
    query: quantile('ravencluster_merger_commit_seconds'),
    legend: '{{pod}}',
  },
  {
    title: 'Bytes written to disk',
    unit: 'Bps',
    query: `sum by (pod) (rate(ravencluster_storage_written_bytes_total{${OF_CLUSTER}}[$__rate_interval]))`,
    legend: '{{pod}}',
  },
  {
    title: 'Oldest write that a peer lacks',
    unit: 's',
    query: `max by (pod, peer) (ravencluster_replication_lag_seconds{${OF_CLUSTER}})`,
    legend: '{{pod}} to {{peer}}',
  },
  {
    title: 'Rachis: entries that a peer lacks',
    unit: 'short',
    query: `ravencluster_rachis_peer_lag_entries{${OF_CLUSTER}}`,
    legend: '{{peer}}',
  },
  {
    title: 'Changes of the leader',
    unit: 'short',
    query: `max(increase(ravencluster_rachis_leader_changes{${OF_CLUSTER}}[$__rate_interval]))`,
    legend: 'changes',
  },
  {
    title: 'Documents',
    unit: 'short',
    query: `sum by (pod) (ravencluster_database_documents{${OF_CLUSTER}})`,
    legend: '{{pod}}',
  },
  {
    title: 'Unresolved conflicts',
    unit: 'short',
    query: `sum by (pod, database) (ravencluster_database_conflicts{${OF_CLUSTER}})`,
    legend: '{{pod}} {{database}}',
  },
  {
    title: 'Delay of the event loop',
    unit: 's',
    query: `max by (pod) (ravencluster_event_loop_delay_seconds{${OF_CLUSTER}})`,
    legend: '{{pod}}',
  },
  {
    title: 'Limits that were hit',
    unit: 'short',
    query: `sum by (pod, limit) (increase(ravencluster_limit_hits_total{${OF_CLUSTER}}[$__rate_interval]))`,
    legend: '{{pod}} {{limit}}',
  },
];

/** Columns that Grafana divides a row into, and the size of a panel in them. */
const GRID_WIDTH = 24;
const PANEL_WIDTH = 8;
const PANEL_HEIGHT = 8;

/** A dashboard of Grafana for one cluster at a time. */
export function dashboardText(): string {
  const panels = PANELS.map((panel, index) => {
    const perRow = GRID_WIDTH / PANEL_WIDTH;
    const place = { x: (index % perRow) * PANEL_WIDTH, y: Math.floor(index / perRow) * PANEL_HEIGHT };
    return {
      id: index + 1,
      type: 'timeseries',
      title: panel.title,
      datasource: { type: 'prometheus', uid: '$datasource' },
      gridPos: { ...place, w: PANEL_WIDTH, h: PANEL_HEIGHT },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: [{ refId: 'A', expr: panel.query, legendFormat: panel.legend }],
    };
  });
  const dashboard = {
    uid: 'ravencluster',
    title: 'RavenCluster',
    tags: ['ravencluster'],
    schemaVersion: 39,
    time: { from: 'now-3h', to: 'now' },
    refresh: '30s',
    templating: {
      list: [DATASOURCE, labelChoice('namespace', ''), labelChoice('cluster', 'namespace="$namespace"')],
    },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const DATASOURCE = { name: 'datasource', type: 'datasource', query: 'prometheus' } as const;

/** A variable that takes its values from a label of the nodes. */
function labelChoice(name: 'namespace' | 'cluster', selector: string): object {
  const label = name === 'cluster' ? 'ravencluster' : name;
  return {
    name,
    type: 'query',
    datasource: { type: 'prometheus', uid: '$datasource' },
    query: `label_values(ravencluster_rachis_term{${selector}}, ${label})`,
    refresh: 2,
  };
}
