import { describe, expect, it } from 'vitest';
import { BYTES_TOGETHER_MAX, MESSAGES_TOGETHER_MAX } from '../../node/index-thread/limits.ts';
import { Outbox } from '../../node/index-thread/outbox.ts';

/** An outbox whose turns end when the test says so; `bad` messages can't be sent. */
function outboxOf() {
  const sent: string[][] = [];
  const refused: string[] = [];
  const turns: (() => void)[] = [];
  const outbox = new Outbox<string>({
    send: (messages) => {
      if (messages.includes('bad')) throw new Error('It can not be cloned');
      sent.push([...messages]);
    },
    afterTurn: (call) => turns.push(call),
    weigh: (message) => (message === 'large' ? BYTES_TOGETHER_MAX : 1),
    refused: (message) => refused.push(message),
  });
  const endTurn = () => {
    for (const call of turns.splice(0)) call();
  };
  return { outbox, sent, refused, endTurn };
}

describe('messages that leave together', () => {
  it('go at the end of the turn, in their order, once', () => {
    const { outbox, sent, endTurn } = outboxOf();
    outbox.put('a');
    outbox.put('b');
    expect(sent).toEqual([]);
    endTurn();
    outbox.put('c');
    endTurn();
    endTurn();
    expect(sent).toEqual([['a', 'b'], ['c']]);
  });

  it('go before the end of the turn when there are enough', () => {
    const { outbox, sent, endTurn } = outboxOf();
    const many = Array.from({ length: MESSAGES_TOGETHER_MAX + 1 }, (_, at) => String(at));
    for (const message of many) outbox.put(message);
    expect(sent).toEqual([many.slice(0, -1)]);
    endTurn();
    expect(sent.flat()).toEqual(many);
  });

  it('go at once when they are large', () => {
    const { outbox, sent, endTurn } = outboxOf();
    for (const message of ['a', 'large', 'b', 'c']) outbox.put(message);
    expect(sent).toEqual([['a', 'large']]);
    endTurn();
    expect(sent).toEqual([
      ['a', 'large'],
      ['b', 'c'],
    ]);
  });

  it('do not suffer for one that can not be sent', () => {
    const { outbox, sent, refused, endTurn } = outboxOf();
    for (const message of ['a', 'bad', 'b']) outbox.put(message);
    endTurn();
    expect(sent).toEqual([['a'], ['b']]);
    expect(refused).toEqual(['bad']);
  });
});
