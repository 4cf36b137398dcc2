import { notImplemented } from '../errors/protocol-error.ts';
import { databaseRoute, type Route, serverRoute } from './route.ts';

/**
 * Routes of RavenDB 7.2 that this server does not serve yet, by what they belong to: method or methods, then the path.
 * They are answered 501, so that a client learns at once that it is the server that lacks something.
 */
const DATABASE_ROUTES: Readonly<Record<string, readonly string[]>> = {
  Indexes: ['GET /indexes/performance/live'],
  'Generating classes': ['GET /docs/class'],
  Attachments: [
    'GET,PUT,POST,DELETE,HEAD /attachments',
    'POST,DELETE /attachments/bulk',
    'GET /debug/attachments/hash',
    'GET /debug/attachments/metadata',
    'PUT,GET /admin/attachments/remote/config',
  ],
  Counters: ['GET,POST /counters'],
  'Time series': [
    'GET,POST /timeseries',
    'GET /timeseries/ranges',
    'GET /timeseries/stats',
    'GET /timeseries/config',
    'POST /timeseries/names/config',
    'GET /timeseries/debug/segments-summary',
    'POST /admin/timeseries/config',
    'PUT,DELETE /admin/timeseries/policy',
    'GET /streams/timeseries',
  ],
  Revisions: [
    'GET /revisions',
    'GET,POST /revisions/config',
    'GET /revisions/count',
    'GET,DELETE /revisions/bin',
    'GET /revisions/resolved',
    'GET /revisions/conflicts/config',
    'GET /revisions/collections/stats',
    'GET /revisions/bin-cleaner/config',
    'POST /revisions/revert',
    'POST /revisions/revert/docs',
    'DELETE /admin/revisions',
    'POST /admin/revisions/config',
    'POST /admin/revisions/config/enforce',
    'POST /admin/revisions/conflicts/config',
    'POST /admin/revisions/orphaned/adopt',
    'POST /admin/revisions/bin-cleaner/config',
  ],
  'Expiration, refresh and archival': [
    'GET /expiration/config',
    'GET /refresh/config',
    'GET /data-archival/config',
    'POST /admin/expiration/config',
    'POST /admin/refresh/config',
    'POST /admin/data-archival/config',
  ],
  'Documents compression': ['GET /documents-compression/config', 'POST /admin/documents-compression/config'],
  'Schema validation': ['GET /schema-validation/config', 'POST /admin/schema-validation/config'],
  Subscriptions: [
    'GET,PUT,DELETE /subscriptions',
    'POST /subscriptions/update',
    'GET /subscriptions/state',
    'POST /subscriptions/drop',
    'POST /subscriptions/try',
    'GET /subscriptions/connection-details',
    'GET /subscriptions/performance',
    'GET /subscriptions/performance/live',
  ],
  'Changes API': ['GET,DELETE /changes', 'GET /changes/debug'],
  Notifications: [
    'GET /notifications',
    'GET /notification-center/watch',
    'POST /notification-center/dismiss',
    'POST /notification-center/postpone',
  ],
  Smuggler: [
    'POST /smuggler/export',
    'POST /smuggler/import',
    'POST /smuggler/import/csv',
    'POST /smuggler/validate-options',
    'GET /admin/smuggler/import',
    'POST /admin/smuggler/import',
    'POST /admin/smuggler/migrate/ravendb',
  ],
  Backups: ['POST /admin/backup', 'POST /admin/backup/database', 'POST /admin/periodic-backup'],
  'Ongoing tasks': [
    'GET /tasks',
    'GET /task',
    'DELETE /admin/tasks',
    'POST /admin/tasks/state',
    'POST /admin/tasks/external-replication',
    'POST /admin/tasks/sink-pull-replication',
    'GET /tasks/pull-replication/hub',
    'PUT /admin/tasks/pull-replication/hub',
    'GET,PUT,DELETE /admin/tasks/pull-replication/hub/access',
    'GET,PUT,DELETE /admin/connection-strings',
    'PUT,RESET /admin/etl',
    'GET /etl/stats',
    'GET /etl/progress',
    'GET /etl/performance',
    'PUT /admin/queue-sink',
  ],
  'Transactions recording': [
    'POST /admin/transactions/start-recording',
    'POST /admin/transactions/stop-recording',
    'POST /transactions/replay',
  ],
  'AI agents': ['GET,PUT,DELETE /admin/ai/agent', 'POST /ai/agent'],
  Studio: [
    'GET,PUT /configuration/studio',
    'PUT /admin/configuration/studio',
    'GET /studio/collections/preview',
    'GET /studio/footer/stats',
    'DELETE /studio/collections/docs',
    'GET /studio/index-type',
  ],
  'This debug endpoint': [
    'GET /metrics',
    'GET /debug/storage/report',
    'GET /debug/script-runners',
    'GET /debug/io-metrics',
    'GET /debug/documents/huge',
    'GET /debug/tcp-stats',
    'GET /admin/debug/txinfo',
    'GET /admin/debug/cluster/txinfo',
    'GET /debug/replication/all-items',
  ],
};

const SERVER_ROUTES: Readonly<Record<string, readonly string[]>> = {
  'The admin console': ['POST /admin/console'],
  Compaction: ['POST /admin/compact'],
  Backups: [
    'GET /periodic-backup',
    'GET /periodic-backup/status',
    'POST /admin/restore/database',
    'POST /admin/restore/points',
    'POST /admin/backup-task/delay',
    'GET /admin/debug/periodic-backup/timers',
    'PUT /admin/configuration/server-wide/backup',
    'GET /admin/configuration/server-wide/tasks',
    'DELETE /admin/configuration/server-wide/task',
    'POST /admin/configuration/server-wide/state',
    'PUT /admin/configuration/server-wide/external-replication',
  ],
  Sharding: ['PUT,DELETE /admin/databases/shard', 'PUT,DELETE /admin/databases/orchestrator'],
  'Certificates by Let’s Encrypt': ['POST /admin/certificates/letsencrypt/force-renew'],
  Licensing: ['GET /license/status', 'GET /license/eula', 'POST /admin/license/set-limit'],
  Studio: [
    'GET /studio/index.html',
    'GET /configuration/studio',
    'PUT /admin/configuration/studio',
    'GET /server/notification-center/watch',
    'GET /server/notifications',
    'GET /server-dashboard/watch',
    'GET /admin/cluster-dashboard/watch',
    'GET /admin/logs/watch',
    'GET /admin/traffic-watch',
  ],
  Monitoring: [
    'GET /admin/monitoring/v1/server',
    'GET /admin/monitoring/v1/databases',
    'GET /admin/monitoring/v1/indexes',
    'GET /admin/monitoring/v1/collections',
    'GET /admin/monitoring/v1/prometheus',
  ],
  'This debug endpoint': [
    'GET /admin/metrics',
    'GET /admin/stats',
    'GET /admin/debug/cpu/stats',
    'GET /admin/debug/memory/stats',
    'GET /admin/debug/proc/stats',
    'GET /admin/debug/threads/runaway',
    'GET /admin/debug/info-package',
  ],
};

/** Each of `GET,PUT /path` as `GET /path` and `PUT /path`. */
function expand(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [methods = '', path = ''] = line.split(' ');
    return methods.split(',').map((method) => `${method} ${path}`);
  });
}

/** By the protocol's habits; good enough for routes that do nothing. */
function isForAdministrators(line: string): boolean {
  return line.includes(' /admin/');
}

function isReading(line: string): boolean {
  return line.startsWith('GET ') || line.startsWith('HEAD ');
}

/** To be put after the built ones, which then come first. */
export const knownRoutes: readonly Route[] = [
  ...Object.entries(DATABASE_ROUTES).flatMap(([feature, lines]) =>
    expand(lines).map((line) =>
      databaseRoute(
        line,
        isForAdministrators(line) ? 'Admin' : isReading(line) ? 'Read' : 'ReadWrite',
        () => {
          throw notImplemented(`${feature}: ${line}`);
        },
      ),
    ),
  ),
  ...Object.entries(SERVER_ROUTES).flatMap(([feature, lines]) =>
    expand(lines).map((line) =>
      serverRoute(line, isForAdministrators(line) ? 'Operator' : 'ValidUser', () => {
        throw notImplemented(`${feature}: ${line}`);
      }),
    ),
  ),
];
