import { bulkDocsRoutes } from './handlers/batch/bulk-docs.ts';
import { bulkInsertRoutes } from './handlers/batch/bulk-insert.ts';
import { generateCertificateRoutes } from './handlers/certificates/generate-certificate.ts';
import { registeredCertificateRoutes } from './handlers/certificates/registered-certificates.ts';
import { serverCertificateRoutes } from './handlers/certificates/server-certificates.ts';
import { clusterAdminRoutes } from './handlers/cluster/cluster-admin.ts';
import { nodePropertiesRoutes } from './handlers/cluster/node-properties.ts';
import { observerRoutes } from './handlers/cluster/observer.ts';
import { pingRoutes } from './handlers/cluster/ping.ts';
import { raftLogRoutes } from './handlers/cluster/raft-log.ts';
import { recoverRoutes } from './handlers/cluster/recover.ts';
import { clusterTopologyRoutes } from './handlers/cluster/topology.ts';
import { compareExchangeRoutes } from './handlers/compare-exchange/compare-exchange.ts';
import { clientConfigurationRoutes } from './handlers/databases/client-configuration.ts';
import { createDatabaseRoutes } from './handlers/databases/create-database.ts';
import { databaseGroupRoutes } from './handlers/databases/database-group.ts';
import { databaseSettingsRoutes } from './handlers/databases/database-settings.ts';
import { databaseTopologyRoutes } from './handlers/databases/database-topology.ts';
import { deleteDatabaseRoutes } from './handlers/databases/delete-database.ts';
import { listDatabasesRoutes } from './handlers/databases/list-databases.ts';
import { toggleDatabasesRoutes } from './handlers/databases/toggle-databases.ts';
import { collectionRoutes } from './handlers/documents/collections.ts';
import { conflictRoutes } from './handlers/documents/conflicts.ts';
import { getDocumentsRoutes } from './handlers/documents/get-documents.ts';
import { hiloRoutes } from './handlers/documents/hilo.ts';
import { identityRoutes } from './handlers/documents/identities.ts';
import { writeDocumentRoutes } from './handlers/documents/put-document.ts';
import { replicationStateRoutes } from './handlers/documents/replication-state.ts';
import { statisticsRoutes } from './handlers/documents/statistics.ts';
import { streamDocumentRoutes } from './handlers/documents/stream-documents.ts';
import { tombstoneRoutes } from './handlers/documents/tombstones.ts';
import { customCodeRoutes } from './handlers/indexes/custom-code.ts';
import { faultyIndexRoutes } from './handlers/indexes/faulty-index.ts';
import { indexAdminRoutes } from './handlers/indexes/index-admin.ts';
import { indexDebugRoutes } from './handlers/indexes/index-debug.ts';
import { indexTimesRoutes } from './handlers/indexes/index-times.ts';
import { optimizeIndexRoutes } from './handlers/indexes/optimize-index.ts';
import { staticIndexRoutes } from './handlers/indexes/static-indexes.ts';
import { suggestMergeRoutes } from './handlers/indexes/suggest-merge.ts';
import { tryIndexRoutes } from './handlers/indexes/try-index.ts';
import { tryMapsRoutes } from './handlers/indexes/try-maps.ts';
import { operationRoutes } from './handlers/operations/operations.ts';
import { byQueryRoutes } from './handlers/patching/by-query.ts';
import { jsonPatchRoutes } from './handlers/patching/json-patch.ts';
import { patchRoutes } from './handlers/patching/patch-document.ts';
import { tryPatchRoutes } from './handlers/patching/try-patch.ts';
import { askedQueryRoutes } from './handlers/queries/asked-queries.ts';
import { queryRoutes } from './handlers/queries/run-query.ts';
import { runningQueryRoutes } from './handlers/queries/running-queries.ts';
import { streamQueryRoutes } from './handlers/queries/stream-query.ts';
import { discoveryRoutes } from './handlers/server/discovery.ts';
import { healthRoutes } from './handlers/server/health.ts';
import { logConfigurationRoutes } from './handlers/server/log-configuration.ts';
import { multiGetRoutes } from './handlers/server/multi-get.ts';
import { routesListing } from './handlers/server/routes-listing.ts';
import { tcpInfoRoutes } from './handlers/server/tcp-info.ts';
import { knownRoutes } from './routing/known-routes.ts';
import type { Route } from './routing/route.ts';

/** Of the server, and about databases all the same. */
const recordRoutes: readonly Route[] = [
  ...databaseTopologyRoutes,
  ...createDatabaseRoutes,
  ...deleteDatabaseRoutes,
  ...listDatabasesRoutes,
  ...toggleDatabasesRoutes,
  ...databaseGroupRoutes,
  ...databaseSettingsRoutes,
  ...clientConfigurationRoutes,
];

const builtRoutes: readonly Route[] = [
  ...getDocumentsRoutes,
  ...writeDocumentRoutes,
  ...bulkDocsRoutes,
  ...bulkInsertRoutes,
  ...multiGetRoutes,
  ...collectionRoutes,
  ...queryRoutes,
  ...indexAdminRoutes,
  ...faultyIndexRoutes,
  ...optimizeIndexRoutes,
  ...suggestMergeRoutes,
  ...indexDebugRoutes,
  ...indexTimesRoutes,
  ...tryIndexRoutes,
  ...tryMapsRoutes,
  ...runningQueryRoutes,
  ...askedQueryRoutes,
  ...streamQueryRoutes,
  ...streamDocumentRoutes,
  ...patchRoutes,
  ...jsonPatchRoutes,
  ...tryPatchRoutes,
  ...byQueryRoutes,
  ...staticIndexRoutes,
  ...customCodeRoutes,
  ...hiloRoutes,
  ...identityRoutes,
  ...compareExchangeRoutes,
  ...statisticsRoutes,
  ...conflictRoutes,
  ...replicationStateRoutes,
  ...tombstoneRoutes,
  ...discoveryRoutes,
  ...tcpInfoRoutes,
  ...healthRoutes,
  ...logConfigurationRoutes,
  ...clusterTopologyRoutes,
  ...clusterAdminRoutes,
  ...observerRoutes,
  ...raftLogRoutes,
  ...pingRoutes,
  ...registeredCertificateRoutes,
  ...generateCertificateRoutes,
  ...serverCertificateRoutes,
  ...nodePropertiesRoutes,
  ...recoverRoutes,
  ...recordRoutes.map((route) => ({ ...route, readsState: true })),
  ...operationRoutes,
];

/** Every route this server answers: the built ones, then those of RavenDB that it can only say are not built. */
export const routes: readonly Route[] = [...builtRoutes, routesListing(builtRoutes), ...knownRoutes];
