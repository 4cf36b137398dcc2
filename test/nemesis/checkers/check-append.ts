import { type Completed, nameOf } from '../history/operation.ts';
import { DependencyGraph } from './dependency-graph.ts';
import { type Cycle, findCycles } from './find-cycles.ts';
import type { Finding } from './finding.ts';
import {
  isPrefix,
  type ListAppendHistory,
  microOperations,
  readListAppend,
  type Writer,
} from './list-append.ts';

/**
 * `strict-serializable`: no cycle at all, not through real time either. `no-lost-updates`: what is read was committed, in
 * one order, and whoever changes what it read changes that very version; reads may be old and of different moments.
 */
export type AppendLevel = 'strict-serializable' | 'no-lost-updates';

const CYCLES: Readonly<Record<AppendLevel, readonly string[] | null>> = {
  'strict-serializable': null,
  'no-lost-updates': ['G0', 'G1c'],
};

/** Checks transactions that append to lists and read them, as Elle does: the lists tell the order of the writes. */
export function checkAppend(transactions: readonly Completed[], level: AppendLevel): readonly Finding[] {
  const history = readListAppend(transactions);
  const direct = [
    ...history.inconsistent.map(({ transaction, why }) => ({
      anomaly: 'internal',
      explanation: `${named(history, transaction)} does not see its own writes: ${why}`,
    })),
    ...readFindings(history),
    ...lostAppends(history),
    ...lostUpdates(history),
    ...turnedAround(history),
  ];
  const isStrict = level === 'strict-serializable';
  const graph = dependencies(history);
  if (isStrict) addRealtime(graph, transactions);
  const cycles = findCycles(graph, { anomalies: CYCLES[level], withRealtime: isStrict });
  return [...direct, ...cycles.map((cycle) => explained(history, cycle))];
}

function readFindings(history: ListAppendHistory): Finding[] {
  const { reads, writers, orders, transactions } = history;
  return reads.flatMap(({ transaction, key, list }) => {
    const found: Finding[] = [];
    const tell = (anomaly: string, what: string) =>
      found.push({
        anomaly,
        explanation: `${named(history, transaction)} read ${key} as [${list}]: ${what}`,
      });
    const twice = list.find((element, at) => list.indexOf(element) !== at);
    if (twice !== undefined) tell('duplicate', `${twice} is there twice`);
    for (const element of list) {
      const writer = writers.get(key)?.get(element);
      if (writer === undefined) tell('never-written', `nobody appended ${element}`);
      else if (transactions[writer.transaction]?.outcome === 'fail') {
        tell('G1a', `${element} is of ${named(history, writer.transaction)}, which failed`);
      }
    }
    const last = list.at(-1);
    const writer = last === undefined ? undefined : writers.get(key)?.get(last);
    if (writer !== undefined && !writer.isLast) {
      tell('G1b', `${named(history, writer.transaction)} appended more than ${last} to it`);
    }
    const order = orders.get(key) ?? [];
    if (!isPrefix(list, order)) tell('incompatible-order', `others read it as [${order}]`);
    return found;
  });
}

/** Acknowledged, over before the last read of the key began, and not in it. */
function lostAppends(history: ListAppendHistory): Finding[] {
  const { reads, writers, transactions } = history;
  const lastReads = new Map(reads.map((read) => [read.key, read]));
  return [...lastReads.values()].flatMap(({ key, list, transaction }) => {
    const startAt = transactions[transaction]?.startAt ?? 0;
    return [...(writers.get(key) ?? [])]
      .filter(([element, writer]) => {
        const by = transactions[writer.transaction];
        return by?.outcome === 'ok' && by.endAt < startAt && !list.includes(element);
      })
      .map(([element, writer]) => ({
        anomaly: 'lost-append',
        explanation: `${named(history, writer.transaction)} appended ${element} to ${key}, and ${named(history, transaction)} later read [${list}]`,
      }));
  });
}

/** What a transaction appends must follow on what it read of the key. */
function lostUpdates(history: ListAppendHistory): Finding[] {
  const { reads, orders, transactions } = history;
  return reads.flatMap(({ transaction, key, list }) => {
    const completed = transactions[transaction];
    const first =
      completed && microOperations(completed).find(([f, other]) => f === 'append' && other === key);
    const order = orders.get(key) ?? [];
    if (first === undefined) return [];
    const found = order.indexOf(first[2] as number);
    // Nobody read it: then it stands somewhere behind all that was read.
    const place = found < 0 ? order.length : found;
    if (place === list.length) return [];
    return [
      {
        anomaly: 'lost-update',
        explanation: `${named(history, transaction)} read ${key} as [${list}] and appended ${first[2]} to it, but it became [${order.slice(0, place + 1)}]`,
      },
    ];
  });
}

/** What one transaction appends to a key stands in its order. */
function turnedAround(history: ListAppendHistory): Finding[] {
  const { orders, writers } = history;
  return [...orders].flatMap(([key, order]) => {
    const ofKey = writers.get(key) ?? new Map<number, Writer>();
    const asked = [...ofKey.keys()];
    return order.flatMap((element, at) => {
      const [writer, next] = [ofKey.get(element), order[at + 1] ?? element];
      if (writer === undefined || ofKey.get(next)?.transaction !== writer.transaction) return [];
      if (asked.indexOf(next) >= asked.indexOf(element)) return [];
      const explanation = `${named(history, writer.transaction)} appended ${next} to ${key} before ${element}, but it became [${order}]`;
      return [{ anomaly: 'turned-around', explanation }];
    });
  });
}

/** Between transactions that took effect: those that were acknowledged, and those whose writes somebody read. */
function dependencies(history: ListAppendHistory): DependencyGraph {
  const { reads, writers, orders } = history;
  const graph = new DependencyGraph();
  const writerOf = (key: string, element: number | undefined): Writer | undefined =>
    element === undefined ? undefined : writers.get(key)?.get(element);
  const name = (writer: Writer) => named(history, writer.transaction);
  for (const [key, order] of orders) {
    for (const [at, element] of order.entries()) {
      const [one, next] = [writerOf(key, element), writerOf(key, order[at + 1])];
      if (one === undefined || next === undefined) continue;
      const why = `${name(next)} appended ${order[at + 1]} to ${key} after ${element} of ${name(one)}`;
      graph.add(one.transaction, next.transaction, 'ww', why);
    }
  }
  const hasEffect = effective(history);
  for (const [key, ofKey] of writers) {
    const order = orders.get(key) ?? [];
    const last = writerOf(key, order.at(-1));
    for (const [element, writer] of ofKey) {
      // It took effect without being read: behind all that was read of the key.
      if (order.includes(element) || !hasEffect(writer.transaction)) continue;
      const what = `${name(writer)}, which took effect, appended ${element} to ${key}`;
      if (last !== undefined) {
        graph.add(
          last.transaction,
          writer.transaction,
          'ww',
          `${what} after ${order.at(-1)} of ${name(last)}`,
        );
      }
      for (const { transaction, list } of reads.filter((read) => read.key === key)) {
        if (list.length < order.length) continue;
        const reader = named(history, transaction);
        graph.add(transaction, writer.transaction, 'rw', `${what}, and ${reader} read [${list}]`);
      }
    }
  }
  for (const { transaction, key, list } of reads) {
    const order = orders.get(key) ?? [];
    const reader = named(history, transaction);
    const [from, to] = [writerOf(key, list.at(-1)), writerOf(key, order[list.length])];
    if (from !== undefined) {
      const why = `${reader} read ${key} with ${list.at(-1)} of ${name(from)}`;
      graph.add(from.transaction, transaction, 'wr', why);
    }
    if (to !== undefined && isPrefix(list, order)) {
      const why = `${reader} read ${key} without ${order[list.length]} of ${name(to)}`;
      graph.add(transaction, to.transaction, 'rw', why);
    }
  }
  return graph;
}

/** An edge from each that ended to each that began later, without those that follow from others. */
function addRealtime(graph: DependencyGraph, transactions: readonly Completed[]): void {
  const moments = transactions
    .flatMap(({ startAt, endAt, outcome }, transaction) => [
      ...(outcome === 'fail' ? [] : [{ at: startAt, isStart: true, transaction }]),
      ...(outcome === 'ok' ? [{ at: endAt, isStart: false, transaction }] : []),
    ])
    .sort((a, b) => a.at - b.at);
  const before = new Map<number, readonly number[]>();
  const ended = new Set<number>();
  for (const { isStart, transaction } of moments) {
    if (isStart) {
      before.set(transaction, [...ended]);
      for (const earlier of ended)
        graph.add(earlier, transaction, 'realtime', 'it had ended before the other began');
    } else {
      for (const earlier of before.get(transaction) ?? []) ended.delete(earlier);
      ended.add(transaction);
    }
  }
}

function explained(history: ListAppendHistory, { anomaly, edges }: Cycle): Finding {
  const steps = edges.map(({ from, to, kind, why }) => {
    return `  ${named(history, from)} → ${named(history, to)}, ${kind}: ${why}`;
  });
  const shown = edges.map(({ from }) => {
    const completed = history.transactions[from];
    return `  ${named(history, from)}: ${JSON.stringify(completed === undefined ? null : microOperations(completed))}`;
  });
  return {
    anomaly,
    explanation: ['a cycle of transactions that must each come before the next:', ...shown, ...steps].join(
      '\n',
    ),
  };
}

function named({ transactions }: ListAppendHistory, transaction: number): string {
  const completed = transactions[transaction];
  return completed === undefined ? `transaction ${transaction}` : nameOf(completed);
}

/** Which transactions took effect: those that were acknowledged, and those of which somebody read an element. */
function effective({ transactions, orders, writers }: ListAppendHistory): (transaction: number) => boolean {
  const seen = new Set<number>();
  for (const [key, order] of orders) {
    for (const element of order) {
      const writer = writers.get(key)?.get(element);
      if (writer !== undefined) seen.add(writer.transaction);
    }
  }
  return (transaction) => transactions[transaction]?.outcome === 'ok' || seen.has(transaction);
}
