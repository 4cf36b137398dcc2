import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
});
afterAll(() => node.close());

async function get(path: string) {
  const { status, body } = await send(node.port, path);
  expect(status).toBe(200);
  return JSON.parse(body);
}

describe('GET /admin/cluster/log', () => {
  it('shows the entries newest first, with what each is about, and pages back from any index', async () => {
    const { Role, Term, Log, ConnectionToPeers } = await get('/admin/cluster/log');
    expect({ Role, ConnectionToPeers }).toEqual({ Role: 'Leader', ConnectionToPeers: [] });
    const { Logs } = Log;
    expect(Logs.map(({ Index }: { Index: number }) => Index)).toEqual(
      Array.from({ length: Log.LastLogEntryIndex }, (_, place) => Log.LastLogEntryIndex - place),
    );
    expect(Log).toMatchObject({ FirstEntryIndex: 1, TotalEntries: Logs.length, CommitIndex: Logs[0].Index });
    expect(Log.SizeOnDiskInBytes).toBeGreaterThan(0);
    const created = Logs.find((line: { CommandType: string }) => line.CommandType === 'AddDatabaseCommand');
    expect(created).toMatchObject({
      Term,
      Flags: 'StateMachineCommand',
      IsCommitted: true,
      Database: 'shop',
      RequestId: expect.any(String),
      CreateAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      Entry: null,
    });
    expect(Logs.map(({ Flags }: { Flags: string }) => Flags)).toEqual(
      expect.arrayContaining(['Noop', 'Topology']),
    );
    const page = (await get('/admin/cluster/log?start=2&pageSize=1')).Log.Logs;
    expect(page).toMatchObject([{ Index: 2 }]);
    expect((await get('/admin/cluster/log?pageSize=-3')).Log.Logs).toEqual([]);
    expect((await get('/admin/cluster/log?start=0')).Log.Logs).toEqual([]);
  });
});

describe('what is kept to look into Rachis', () => {
  it('has the outcome of commands by the id of their request', async () => {
    const bad = await send(node.port, '/admin/databases/promote?name=shop&node=Q&raft-request-id=mine', {
      method: 'POST',
    });
    expect(bad.status).toBe(500);
    const { RachisLogHistory } = await get('/admin/debug/cluster/history-logs?pageSize=1');
    expect(RachisLogHistory).toMatchObject([
      {
        Guid: 'mine',
        Type: 'PromoteDatabaseNodeCommand',
        State: 'Committed',
        Result: null,
        ExceptionType: 'ClusterOperationError',
        ExceptionMessage: expect.stringContaining('holds no copy'),
      },
    ]);
  });

  it('has the changes of state with their reasons, and how long disk and state machine take', async () => {
    const { States } = await get('/admin/debug/node/state-change-history');
    expect(States.join('\n')).toMatch(
      /->LeaderElect at term (\d+).*\n.*LeaderElect->Leader at term \1, leader A$/,
    );
    const { TimingTracking, StateChangeTracking } = await get('/admin/debug/node/engine-logs');
    expect(StateChangeTracking).toEqual(States);
    for (const timing of [TimingTracking.LogWrites, TimingTracking.Applies]) {
      expect(timing.Count).toBeGreaterThan(2);
      expect(timing.MaxInMs).toBeGreaterThanOrEqual(timing.RecentMaxInMs);
      expect(timing.RecentMaxInMs).toBeGreaterThanOrEqual(timing.RecentMeanInMs);
    }
    expect((await get('/admin/debug/node/remote-connections'))['Remote-Connections']).toEqual([]);
  });
});

describe('GET /admin/debug/node/ping', () => {
  it('says how each node is reached, or the one that is named', async () => {
    const { Result } = await get('/admin/debug/node/ping');
    expect(Result).toEqual([
      {
        Url: node.url,
        NodeTag: 'A',
        SetupAlive: { Time: expect.any(Number), Error: null },
        TcpInfo: { TcpInfoTime: expect.any(Number), Error: null },
        RachisConnection: null,
      },
    ]);
    expect((await get('/admin/debug/node/ping?node=a')).Result).toHaveLength(1);
    expect((await get('/admin/debug/node/ping?node=Q')).Result).toEqual([]);
  });
});

describe('the observer', () => {
  const suspend = (query: string) =>
    send(node.port, `/admin/cluster/observer/suspend${query}`, { method: 'POST' });

  it('is suspended and let go on', async () => {
    expect((await suspend('?value=true')).status).toBe(204);
    expect(await get('/admin/cluster/observer/decisions')).toMatchObject({
      LeaderNode: 'A',
      Term: expect.any(Number),
      Suspended: true,
      ObserverLog: [],
    });
    expect((await suspend('?value=false')).status).toBe(204);
    expect((await get('/admin/cluster/observer/decisions')).Suspended).toBe(false);
    expect((await suspend('')).status).toBe(500);
    expect((await suspend('?value=maybe')).status).toBe(500);
  });

  it('shows what nodes report, and says of which it has heard nothing', async () => {
    const { A } = await get('/admin/cluster/maintenance-stats');
    expect(Object.keys(A)).toEqual(
      expect.arrayContaining(['Report', 'LastGoodDatabaseStatus', 'Status', 'Error', 'UpdateDateTime']),
    );
    expect(['Ok', 'WaitingForResponse']).toContain(A.Status);
  });
});
