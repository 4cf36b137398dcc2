import { describe, expect, it } from 'vitest';
import { History } from './history.ts';
import { historyLine, parseHistory } from './history-lines.ts';
import { completedOperations, type Operation } from './operation.ts';

describe('a history', () => {
  it('survives being written and read, and pairs beginnings with ends', () => {
    const lines: string[] = [];
    const history = new History((operation) => lines.push(historyLine(operation)));
    const process = history.newProcess();
    const add = history.invoke({ workload: 'set', process, f: 'add', value: 1 });
    const read = history.invoke({ workload: 'bank', process: history.newProcess(), f: 'read', value: null });
    history.fault('start-kill', ['A']);
    history.end('ok', add, { node: 'A' });
    history.end('info', read, { error: 'no answer' });
    const found = parseHistory(lines.join(''));
    expect(found).toEqual(history.operations);
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(completedOperations(found, 'set')).toMatchObject([{ outcome: 'ok', startAt: 0, endAt: 3 }]);
    expect(completedOperations(found, 'bank')).toMatchObject([
      { outcome: 'info', startAt: 1, endAt: Infinity },
    ]);
    expect(history.acknowledged('set')).toBe(1);
    expect(history.acknowledged('bank')).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['no index', '{"time":1,"process":0,"type":"ok","f":"read","value":1}'],
    ['another type', '{"index":0,"time":1,"process":0,"type":"done","f":"read","value":1}'],
  ])('is refused with the line that is %s', (_, line) => {
    const good = '{"index":0,"time":1,"process":"nemesis","type":"info","f":"kill","value":[]}';
    expect(() => parseHistory(`${good}\n\n${line}\n`)).toThrow(/^Line 3 of the history/);
  });

  it.each<[what: string, types: Operation['type'][]]>([
    ['ends without a beginning', ['ok']],
    ['begins twice', ['invoke', 'invoke']],
    ['goes on after nobody knew its last end', ['invoke', 'info', 'invoke']],
  ])('is malformed where a process %s', (_, types) => {
    const history = types.map((type, index): Operation => {
      return { index, time: index, process: 0, type, f: 'read', value: null, workload: 'w' };
    });
    expect(() => completedOperations(history, 'w')).toThrow(/malformed/);
  });
});
