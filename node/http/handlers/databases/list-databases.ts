import { isIndexingDisabled } from '../../../cluster/database-record.ts';
import type { StoredRecord } from '../../../cluster/state/stored-record.ts';
import { clientFacingUrls } from '../../client-facing-url.ts';
import { isAllowed, mustBeAllowed } from '../../database-permission.ts';
import { sizeObject } from '../../humane-size.ts';
import type { NodeServices } from '../../node-services.ts';
import {
  boolParameter,
  INT_MAX,
  intParameter,
  optionalText,
  requiredText,
} from '../../parameters/parameters.ts';
import { formatTimeSpan } from '../../parameters/time-span.ts';
import { empty, json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { databaseMissing } from './database-topology.ts';
import { recordShape } from './record-shapes.ts';

/** Every database of the cluster that the client may read, wherever it is. */
const list: ServerHandler = async (request, { node }) => {
  const name = optionalText(request, 'name');
  const start = Math.max(0, intParameter(request, 'start', 0));
  const pageSize = intParameter(request, 'pageSize', INT_MAX);
  if (name !== undefined) mustBeAllowed(request, 'Read', name);
  if (name !== undefined && node.cluster.record(name) === undefined) {
    return empty(404, ['Database-Missing', encodeURIComponent(name)]);
  }
  const views = [...node.cluster.records()]
    .filter(({ record }) => isAllowed(request, 'Read', record.DatabaseName))
    .filter(({ record }) => name === undefined || record.DatabaseName.toLowerCase() === name.toLowerCase())
    .sort((a, b) => (a.record.DatabaseName < b.record.DatabaseName ? -1 : 1))
    .slice(start, start + Math.max(0, pageSize));
  if (boolParameter(request, 'namesOnly', false)) {
    return json(200, { Databases: views.map(({ record }) => record.DatabaseName) });
  }
  const urls = clientFacingUrls(request, node);
  const shown = views.map(async (view) => ({
    ...(await databaseInfo(view, node, urls)),
    IsAdmin: isAllowed(request, 'Admin', view.record.DatabaseName),
  }));
  return json(200, { Databases: await Promise.all(shown) });
};

async function databaseInfo(
  { record }: StoredRecord,
  node: NodeServices,
  urls: Readonly<Record<string, string>>,
) {
  const { Topology } = record;
  const loaded = node.landlord.tryGet(record.DatabaseName);
  const indexes = loaded?.indexes;
  const fault = node.landlord.faults().get(record.DatabaseName.toLowerCase());
  const show = (tag: string) => ({ NodeTag: tag, NodeUrl: urls[tag] ?? null, ResponsibleNode: null });
  const holders = [...Topology.Members, ...Topology.Promotables, ...Topology.Rehabs];
  const status = (tag: string) => ({
    LastStatus: Topology.PromotablesStatus[tag] ?? 'Ok',
    LastError: Topology.DemotionReasons[tag] ?? null,
  });
  return {
    Name: record.DatabaseName,
    TotalSize: sizeObject((await loaded?.sizeOnDiskBytes()) ?? 0),
    TempBuffersSize: sizeObject(0),
    UpTime: loaded === undefined ? null : formatTimeSpan(Date.now() - loaded.openedAt.getTime()),
    BackupInfo: null,
    Alerts: 0,
    PerformanceHints: 0,
    IndexingErrors: 0,
    TasksErrors: null,
    ...(fault === undefined ? {} : { LoadError: fault }),
    DocumentsCount: loaded?.database.statistics().documents ?? 0,
    IndexingStatus: isIndexingDisabled(record.Settings) ? 'Disabled' : 'Running',
    Disabled: record.Disabled,
    LockMode: record.LockMode,
    IsAdmin: true,
    IsEncrypted: false,
    RejectClients: false,
    HasRevisionsConfiguration: isSet(record.Revisions),
    HasExpirationConfiguration: isSet(record.Expiration),
    HasRefreshConfiguration: isSet(record.Refresh),
    HasDataArchivalConfiguration: isSet(record.DataArchival),
    IndexesCount: indexes === undefined ? 0 : indexes.autoIndexes.length + indexes.staticIndexes.length,
    NodesTopology: {
      Members: Topology.Members.map(show),
      Promotables: Topology.Promotables.map(show),
      Rehabs: Topology.Rehabs.map(show),
      Status: Object.fromEntries(holders.map((tag) => [tag, status(tag)])),
      PriorityOrder: Topology.PriorityOrder,
      DynamicNodesDistribution: Topology.DynamicNodesDistribution,
    },
    ReplicationFactor: Topology.ReplicationFactor,
    DynamicNodesDistribution: Topology.DynamicNodesDistribution,
    DeletionInProgress: record.DeletionInProgress,
    Environment: 'None',
  };
}

function isSet(configuration: unknown): boolean {
  return configuration !== undefined && configuration !== null;
}

const get: ServerHandler = (request, { node }) => {
  const name = requiredText(request, 'name');
  const view = node.cluster.record(name);
  if (view === undefined) return databaseMissing(404, name);
  return json(200, { ...recordShape(view.record), Etag: view.etag });
};

export const listDatabasesRoutes = [
  serverRoute('GET /databases', 'ValidUser', list),
  serverRoute('GET /admin/databases', 'Operator', get),
];
