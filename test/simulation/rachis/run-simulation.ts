import { SeededRandom } from '../kernel/seeded-random.ts';
import type { ClusterLedgers } from './cluster-ledgers.ts';
import { converge } from './convergence.ts';
import { drawFaultProfile } from './fault-profile.ts';
import { ListCluster } from './list-cluster.ts';
import { ListFaults } from './list-faults.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Events under faults, in all rounds together. */
  readonly steps?: number;
  /** Gets one line an event of note. */
  readonly onTrace?: (line: string) => void;
}

export interface SimulationResult {
  readonly virtualMs: number;
  readonly elections: number;
  readonly committed: number;
  readonly acknowledged: number;
  readonly reads: number;
  /** Unsafe recoveries that were begun. */
  readonly recoveries: number;
}

export const defaultSteps = 12_000;

/** Times that all faults end and the cluster must recover. */
const rounds = 4;

/** A broken seed; the message ends with the one command that replays it. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
}

/** One whole life of a cluster, decided by the seed alone. @throws SimulationFailure when an invariant breaks. */
export function runSimulation(options: SimulationOptions): SimulationResult {
  const { seed, steps = defaultSteps } = options;
  try {
    return run(seed, steps, options.onTrace ?? null);
  } catch (error) {
    const stepsOption = steps === defaultSteps ? '' : ` --steps ${steps}`;
    throw new SimulationFailure(
      `seed ${seed}: ${error instanceof Error ? error.message : String(error)}\nReplay it with: npm run simulate -- --seed ${seed}${stepsOption}`,
      { cause: error },
    );
  }
}

function run(seed: number, steps: number, onTrace: ((line: string) => void) | null): SimulationResult {
  const random = new SeededRandom(seed);
  const profile = drawFaultProfile(random);
  const cluster = new ListCluster(random, profile, onTrace);
  const injector = new ListFaults(cluster);
  const { clock } = cluster;
  for (let round = 0; round < rounds; round++) {
    cluster.isCalm = false;
    let isOver = false;
    const repeat = (everyMs: number, act: () => void) => {
      const again = () => {
        if (isOver) return;
        act();
        clock.schedule(random.between(1, 2 * everyMs), again);
      };
      clock.schedule(random.between(1, 2 * everyMs), again);
    };
    repeat(profile.proposeEveryMs, () => cluster.propose(random.between(1, 3)));
    repeat(profile.readEveryMs, () => cluster.read());
    repeat(profile.faultEveryMs, () => injector.inject());
    for (let step = 0; step < steps / rounds; step++) clock.advance();
    isOver = true;
    converge(cluster);
  }
  const sum = (figure: (ledgers: ClusterLedgers) => number) =>
    cluster.allLedgers.reduce((total, ledgers) => total + figure(ledgers), 0);
  return {
    virtualMs: clock.nowMs,
    elections: sum(({ elections }) => elections.electionCount),
    committed: cluster.ledgers.logs.commitMax,
    acknowledged: cluster.ledgers.clients.acknowledgedCount,
    reads: sum(({ clients }) => clients.readCount),
    recoveries: cluster.allLedgers.length - 1,
  };
}
