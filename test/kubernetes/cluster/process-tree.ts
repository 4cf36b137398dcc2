import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, told from a later one with the same number by the time of its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In ticks since boot. */
  readonly startedAt: string;
}

/** Every process below the given one, at any depth, and that one itself. */
export function processTree(root: number): readonly ProcessIdentity[] {
  const children = new Map<number, number[]>();
  const all = new Map<number, ProcessIdentity>();
  for (const pid of readdirSync('/proc').map(Number)) {
    const stat = pid > 0 ? readStat(pid) : undefined;
    if (stat === undefined) continue;
    all.set(pid, { pid, startedAt: stat.startedAt });
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid]);
  }
  const tree: ProcessIdentity[] = [];
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const process = all.get(pid);
    if (process !== undefined) tree.push(process);
    pending.push(...(children.get(pid) ?? []));
  }
  return tree;
}

/** It runs; one that ended and only waits for its parent to notice does not. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  const stat = readStat(pid);
  return stat?.startedAt === startedAt && stat.state !== 'Z';
}

function readStat(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; what follows it is numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], parent: Number(fields[1]), startedAt: fields[19] ?? '' };
  } catch {
    // It ended between two looks.
    return undefined;
  }
}
