import { argumentError, invalidOperation } from '../../errors/protocol-error.ts';
import { boolMember, jsonObjectBody, requiredTexts } from '../../parameters/json-body.ts';
import { boolParameter, optionalText, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { knownDatabase } from './known-database.ts';
import { mergedTopology } from './merged-topology.ts';
import { changedTopologyShape } from './record-shapes.ts';
import { refuseUsedIds } from './unused-ids.ts';

/** Gives one more node a copy; it becomes a member once it has everything. */
const addNode: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const tag = optionalText(request, 'node');
  const mentor = optionalText(request, 'mentor');
  const { Members, Promotables, Rehabs } = knownDatabase(name, node).record.Topology;
  const holders = [...Members, ...Promotables, ...Rehabs];
  const clusterTags = Object.keys(node.cluster.topology().allNodes);
  if (tag === undefined && clusterTags.every((other) => holders.includes(other))) {
    throw invalidOperation(`Database ${name} already exists on all the nodes of the cluster`);
  }
  if (tag !== undefined && !clusterTags.includes(tag)) {
    throw invalidOperation(`Failed to add node ${tag}, because we don't have it in the cluster.`);
  }
  if (tag !== undefined && holders.includes(tag)) {
    throw invalidOperation(`Can't add node ${tag} to ${name} topology because it is already part of it`);
  }
  const { index } = await submitFor(request, node, {
    type: 'AddDatabaseNode',
    name,
    ...(tag === undefined ? {} : { node: tag }),
    ...(mentor === undefined ? {} : { mentor }),
  });
  return json(201, {
    RaftCommandIndex: index,
    Name: name,
    Topology: changedTopologyShape(knownDatabase(name, node).record.Topology),
  });
};

/** Also for a member, which stays one. */
const promote: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const tag = requiredText(request, 'node');
  knownDatabase(name, node);
  const { index } = await submitFor(request, node, { type: 'PromoteDatabaseNode', name, node: tag });
  return json(200, { Name: name, RaftCommandIndex: index });
};

const reorder: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const body = await jsonObjectBody(request);
  const order = requiredTexts(body, 'MembersOrder');
  const { Members } = knownDatabase(name, node).record.Topology;
  if (order.length !== Members.length || !Members.every((tag) => order.includes(tag))) {
    throw argumentError("The reordered list doesn't correspond to the existing nodes of the database group.");
  }
  const fixed = boolMember(body, 'Fixed', false);
  await submitFor(request, node, { type: 'ReorderMembers', name, order, fixed });
  return NO_CONTENT;
};

const modify: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const wanted = await jsonObjectBody(request);
  const { record, etag } = knownDatabase(name, node);
  const topology = mergedTopology(record.Topology, wanted, Object.keys(node.cluster.topology().allNodes));
  const { index } = await submitFor(request, node, {
    type: 'UpdateTopology',
    name,
    topology,
    expectedEtag: etag,
  });
  return json(200, { RaftCommandIndex: index });
};

/** The server's parameter is `enable`; the Node client sends `enabled`, which the real server refuses. */
const setDynamicDistribution: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const parameter = request.query.has('enable') ? 'enable' : 'enabled';
  requiredText(request, parameter);
  const enabled = boolParameter(request, parameter, false);
  knownDatabase(name, node);
  await submitFor(request, node, { type: 'SetDynamicNodesDistribution', name, enabled });
  return NO_CONTENT;
};

const setUnusedIds: ServerHandler = async (request, { node }) => {
  const name = requiredText(request, 'name');
  const body = await jsonObjectBody(request);
  const ids = requiredTexts(body, 'DatabaseIds');
  knownDatabase(name, node);
  if (boolMember(body, 'Validate', boolParameter(request, 'validate', false))) {
    await refuseUsedIds(name, ids, node);
  }
  await submitFor(request, node, { type: 'UpdateUnusedDatabaseIds', name, databaseIds: ids });
  return NO_CONTENT;
};

export const databaseGroupRoutes = [
  serverRoute('PUT /admin/databases/node', 'Operator', addNode),
  serverRoute('POST /admin/databases/promote', 'Operator', promote),
  serverRoute('POST /admin/databases/reorder', 'Operator', reorder),
  serverRoute('POST /admin/databases/topology/modify', 'Operator', modify),
  serverRoute('POST /admin/databases/dynamic-node-distribution', 'Operator', setDynamicDistribution),
  serverRoute('POST /admin/databases/unused-ids', 'Operator', setUnusedIds),
];
