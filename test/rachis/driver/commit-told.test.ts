import { expect, it } from 'vitest';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { CoreDriver } from '../../../node/rachis/driver/core-driver.ts';
import { makeCore } from '../../../node/rachis/driver/make-core.ts';
import type { RaftLogFiles } from '../../../node/rachis/log/raft-log-files.ts';
import { emptyDisk, ListStateMachine } from './list-state-machine.ts';
import { until } from './test-cluster.ts';

const configuration: Configuration = {
  clusterId: 'c',
  nodes: ['a', 'b'].map((id) => ({ id, tag: id.toUpperCase(), url: id, tcpAddress: id, role: 'member' })),
  outgoingMembers: [],
  lastTag: 'B',
};

const fromB = { from: 'b', to: 'a', term: 2 };
const vote = { ...fromB, type: 'RequestVoteReply', granted: true } as const;
const acknowledged = {
  ...fromB,
  type: 'AppendEntriesReply',
  success: true,
  hintIndex: 0,
  hintTerm: 0,
} as const;

/** No clock ticks here, so that no heartbeat can tell it. */
it('what is committed reaches the others although no entries follow', async () => {
  const stateMachine = new ListStateMachine({ ...emptyDisk(), appliedIndex: 1 });
  const core = makeCore({
    id: 'a',
    electionTimeoutMs: 1000,
    tickMs: 50,
    limits: undefined,
    stored: {
      hardState: { term: 1, votedFor: null },
      snapshot: { index: 1, term: 1, configuration },
      entries: [],
    },
    appliedIndex: 1,
  });
  const sent: Message[] = [];
  const driver = new CoreDriver({
    core,
    log: { byteLength: 0, persist: async () => {} } as unknown as RaftLogFiles,
    stateMachine,
    logger: silentLogger,
    prepare: (data) => data,
    send: (_, messages) => sent.push(...messages),
    sendSnapshot: () => {},
    install: async () => {},
    onChange: () => {},
    onApplied: () => {},
    observeApply: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  const isSent = (type: Message['type']) => until(() => sent.some((message) => message.type === type), type);
  driver.start();
  driver.input((it) => it.campaign());
  await isSent('RequestVote');
  driver.step([{ ...vote, isTrial: true }]);
  driver.step([{ ...vote, isTrial: false }]);
  await isSent('AppendEntries');
  driver.step([{ ...acknowledged, matchIndex: 2 }]);
  await isSent('Heartbeat');
  expect(sent.at(-1)).toMatchObject({ type: 'Heartbeat', to: 'b', leaderCommit: 2, wantsReply: false });

  const command = driver.propose(Buffer.from('x'));
  await until(() => core.status().lastIndex === 3, 'the command in the log');
  driver.step([{ ...acknowledged, matchIndex: 3 }]);
  await command;
  driver.tellCommit();
  await until(() => sent.filter(({ type }) => type === 'Heartbeat').length === 2, 'the next news');
  expect(sent.at(-1)).toMatchObject({ leaderCommit: 3 });
  await driver.stop();
});
