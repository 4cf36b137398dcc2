import { expect, it } from 'vitest';
import type { Message } from '../../../node/rachis/core/message.ts';
import { acknowledged, driverOfTwo, vote } from './driver-of-two.ts';
import { until } from './test-cluster.ts';

/** No clock ticks here, so that no heartbeat can tell it. */
it('what is committed reaches the others although no entries follow', async () => {
  const { core, sent, driver } = driverOfTwo();
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
