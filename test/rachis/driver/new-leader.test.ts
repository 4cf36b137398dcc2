import { expect, it } from 'vitest';
import { UNWRITTEN_BYTES_MAX } from '../../../node/rachis/limits.ts';
import { acknowledged, driverOfTwo, vote } from './driver-of-two.ts';
import { until } from './test-cluster.ts';

it('a new leader fills in no command before its state tells it what its predecessors left', async () => {
  const { core, stateMachine, sent, prepared, driver } = driverOfTwo();
  driver.start();
  stateMachine.unwrittenBytes = UNWRITTEN_BYTES_MAX + 1;
  driver.input((it) => it.campaign());
  await until(() => sent.some(({ type }) => type === 'RequestVote'), 'the candidacy');
  driver.step([{ ...vote, isTrial: true }]);
  driver.step([{ ...vote, isTrial: false }]);
  await until(() => sent.some(({ type }) => type === 'AppendEntries'), 'its first entry');
  driver.step([{ ...acknowledged, matchIndex: 2 }]);
  await until(() => driver.heldUpMs > 0, 'an entry that can not be applied yet');
  expect(core.rachisState).toBe('Leader');
  expect(core.isCaughtUpLeader).toBe(false);

  const command = driver.propose(Buffer.from('x'));
  driver.input(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(core.status().lastIndex).toBe(2);
  stateMachine.unwrittenBytes = 0;
  await until(() => core.status().lastIndex === 3, 'the command in the log');
  expect(prepared).toEqual([2]);
  expect(core.isCaughtUpLeader).toBe(true);
  driver.step([{ ...acknowledged, matchIndex: 3 }]);
  await expect(command).resolves.toMatchObject({ index: 3 });
  await driver.stop();
});
