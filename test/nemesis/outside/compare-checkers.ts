import { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import { historyLine } from '../history/history-lines.ts';
import type { Operation } from '../history/operation.ts';
import { checkWorkload } from '../workloads/all-workloads.ts';
import { distorted } from './distort-history.ts';
import type { OutsideChecker, Verdict } from './outside-checker.ts';
import { rightHistory } from './random-history.ts';
import { TOYS, type ToyName } from './toy-systems.ts';

/** Changes of one history, at most. */
const DISTORTIONS_MAX = 3;

export interface Agreement {
  readonly right: number;
  readonly wrong: number;
  /** What both say of the histories of which they say different things, with the history as lines. */
  readonly disagreements: readonly {
    readonly ours: string;
    readonly theirs: Verdict;
    readonly history: string;
  }[];
}

/** Random small histories of a kind, a quarter of them left as they were made, judged by our checker and by the other one. */
export async function compareCheckers(
  outside: OutsideChecker,
  name: ToyName,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Agreement> {
  const random = new SeededRandom(seed);
  const histories = Array.from({ length: count }, () => drawn(name, random));
  const verdicts = await outside.judge(histories);
  const disagreements: { ours: string; theirs: Verdict; history: string }[] = [];
  let wrong = 0;
  for (const [at, history] of histories.entries()) {
    const anomalies = checkWorkload(name, history).map(({ anomaly }) => anomaly);
    const theirs = verdicts[at] ?? 'Unknown';
    if (anomalies.length > 0) wrong++;
    if ((theirs === 'Ok') === (anomalies.length === 0) && theirs !== 'Unknown') continue;
    const ours = anomalies.length === 0 ? 'right' : anomalies.join(', ');
    disagreements.push({ ours, theirs, history: history.map(historyLine).join('') });
  }
  return { right: count - wrong, wrong, disagreements };
}

function drawn(name: ToyName, random: SeededRandom): readonly Operation[] {
  const { create, distort } = TOYS[name];
  let history = rightHistory(create(), random);
  for (let times = random.between(0, DISTORTIONS_MAX); times > 0; times--) {
    history = distorted(history, distort, random);
  }
  return history;
}
