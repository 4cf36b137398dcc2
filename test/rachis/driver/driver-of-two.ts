import { silentLogger } from '../../../node/observability/logger.ts';
import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { CoreDriver } from '../../../node/rachis/driver/core-driver.ts';
import { makeCore } from '../../../node/rachis/driver/make-core.ts';
import type { RaftLogFiles } from '../../../node/rachis/log/raft-log-files.ts';
import { emptyDisk, ListStateMachine } from './list-state-machine.ts';

const configuration: Configuration = {
  clusterId: 'c',
  nodes: ['a', 'b'].map((id) => ({ id, tag: id.toUpperCase(), url: id, tcpAddress: id, role: 'member' })),
  outgoingMembers: [],
  lastTag: 'B',
};

const fromB = { from: 'b', to: 'a', term: 2 };

/** What "b" says to the candidate and leader "a" of term 2. */
export const vote = { ...fromB, type: 'RequestVoteReply', granted: true } as const;
export const acknowledged = {
  ...fromB,
  type: 'AppendEntriesReply',
  success: true,
  hintIndex: 0,
  hintTerm: 0,
} as const;

/** Node "a" of the members "a" and "b", in term 1, with nothing in its log after the first entry. No clock ticks there. */
export function driverOfTwo() {
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
  /** Where the state stood when a command was filled in. */
  const prepared: number[] = [];
  const log = { byteLength: 0, persist: async () => {} };
  const driver = new CoreDriver({
    core,
    log: log as unknown as RaftLogFiles,
    stateMachine,
    logger: silentLogger,
    prepare: (data) => {
      prepared.push(stateMachine.appliedIndex);
      return data;
    },
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
  return { stateMachine, core, sent, prepared, log, driver };
}
