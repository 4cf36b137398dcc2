import type { NodeMaintenance } from '../../../cluster/observer-view.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { boolParameter, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { timestamp, UNSET_DATE } from '../../timestamp.ts';

/** The same on every node, but for what only the leader knows: its round, and what it could not carry out. */
const decisions: ServerHandler = (request, { node }) => {
  const { decisions: log, suspended, iteration } = node.cluster.observer.decisions();
  return json(200, {
    '@metadata': answerMetadata(request, node),
    LeaderNode: node.cluster.status().leader,
    Term: node.cluster.status().term,
    Suspended: suspended,
    Iteration: iteration,
    ObserverLog: log,
  });
};

/** `value=true` stops the observer on whoever leads, until `value=false`; unlike in RavenDB a new leader obeys too. */
const suspend: ServerHandler = async (request, { node }) => {
  requiredText(request, 'value');
  const suspended = boolParameter(request, 'value', true);
  await submitFor(request, node, { type: 'SuspendObserver', suspended });
  return NO_CONTENT;
};

/** What each node last told the leader. Any node answers, since it asks the leader. */
const maintenanceStats: ServerHandler = async (_request, { node }) => {
  const stats = await node.cluster.observer.maintenanceStats();
  const shown = Object.entries(stats).map(([tag, told]) => [tag, shownNode(tag, told)]);
  return json(200, Object.fromEntries(shown));
};

const dateOf = (ms: number | null) => (ms === null ? UNSET_DATE : timestamp(new Date(ms)));

function shownNode(tag: string, told: NodeMaintenance) {
  const reports = told.databases.map((report) => [
    report.name,
    {
      Name: report.name,
      NodeName: tag,
      Status: report.status,
      LastEtag: report.lastEtag,
      NumberOfDocuments: report.documentsCount,
      NumberOfTombstones: report.tombstones ?? 0,
      DatabaseChangeVector: report.changeVector,
      Error: report.error ?? null,
      ConnectedPeers: report.connectedPeers,
    },
  ]);
  const lastGood = Object.entries(told.lastGoodMs).map(([name, ms]) => [name, dateOf(ms)]);
  return {
    Report: Object.fromEntries(reports),
    LastGoodDatabaseStatus: Object.fromEntries(lastGood),
    Status: told.status,
    Error: told.status === 'Ok' ? null : explanations[told.status],
    UpdateDateTime: dateOf(told.reportedAtMs),
    LastSuccessfulUpdateDateTime: dateOf(told.reportedAtMs),
    AppliedIndex: told.appliedIndex,
    StateDiffersAt: told.differsAt,
    // A leader of an earlier program does not tell it.
    StateComparedAt: told.comparedAt ?? null,
  };
}

const explanations = {
  Timeout: 'The node has not reported for longer than Cluster.ReceiveFromWorkerTimeoutInMs.',
  WaitingForResponse: 'The node has not reported since this leader began to lead.',
};

export const observerRoutes = [
  serverRoute('GET /admin/cluster/observer/decisions', 'Operator', decisions),
  serverRoute('POST /admin/cluster/observer/suspend', 'ClusterAdmin', suspend),
  serverRoute('GET /admin/cluster/maintenance-stats', 'Operator', maintenanceStats),
];
