import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { Finding } from '../checkers/finding.ts';
import type { History } from '../history/history.ts';
import { FAULTS, type FaultName } from './all-faults.ts';
import type { Injected } from './fault.ts';
import type { Field } from './field.ts';

/** Length of quiet and of faults, at most, in milliseconds. */
const QUIET_MS = 2_000;
const HOLD_MS = 6_000;

/** Longest time from the end of a fault to the next acknowledgement of every workload, in milliseconds. */
const PROGRESS_TIMEOUT_MS = 60_000;

/** A chance to have a second fault at once. */
const TWO_AT_ONCE = 0.35;

export interface NemesisSettings {
  readonly field: Field;
  readonly history: History;
  readonly faults: readonly FaultName[];
  /** Each of them must go on after every fault. */
  readonly workloads: readonly string[];
  readonly say?: (line: string) => void;
}

/** Whichever of the two takes longer. */
export interface RageLength {
  readonly durationMs: number;
  /** Times that faults strike, one or two of them each. */
  readonly episodes: number;
}

interface Struck {
  readonly name: FaultName;
  readonly injected: Injected;
}

/** One or two faults at a time, held for a while, healed; then everything must go on. Which, whom and how long is by the seed. */
export class Nemesis {
  readonly #settings: NemesisSettings;
  readonly #counts = new Map<string, number>();
  readonly #findings: Finding[] = [];
  readonly #reported = new Set<number>();

  constructor(settings: NemesisSettings) {
    this.#settings = settings;
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Throws when the cluster does not recover from a fault. */
  async rage({ durationMs, episodes }: RageLength): Promise<void> {
    const { random } = this.#settings.field;
    const deadline = performance.now() + durationMs;
    await this.#progress('before the first fault');
    for (let episode = 0; episode < episodes || performance.now() < deadline; episode++) {
      await delay(random.between(200, QUIET_MS));
      await this.#episode();
    }
  }

  async #episode(): Promise<void> {
    const { field, history } = this.#settings;
    const struck: Struck[] = [];
    for (const name of this.#chosen()) {
      const injected = await FAULTS[name].inject(field);
      if (injected === null) continue;
      struck.push({ name, injected });
      history.fault(`start-${name}`, injected.what);
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
    const names = struck
      .map(({ name, injected }) => `${name} ${JSON.stringify(injected.what)}`)
      .join(' and ');
    this.#settings.say?.(names === '' ? 'quiet' : names);
    await delay(field.random.between(300, HOLD_MS));
    this.#lookForTheDead();
    // What is cut, frozen or down first: the cluster is asked to change itself when it can.
    const order = [
      ...struck.filter(({ name }) => !FAULTS[name].isAdministrative),
      ...struck.filter(({ name }) => FAULTS[name].isAdministrative),
    ];
    for (const { name, injected } of order) {
      try {
        await injected.heal();
      } catch (error) {
        throw new Error(`After ${names}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      history.fault(`stop-${name}`, injected.what);
    }
    await this.#progress(`after ${names}`);
    this.#lookForTheDead();
  }

  /** Not two at once that change the cluster: an administrator waits for one before the next. */
  #chosen(): readonly FaultName[] {
    const { faults, field } = this.#settings;
    const first = field.random.pick(faults);
    if (first === undefined) return [];
    const others = faults.filter((name) => {
      return name !== first && !(FAULTS[name].isAdministrative && FAULTS[first].isAdministrative);
    });
    const second = field.random.chance(TWO_AT_ONCE) ? field.random.pick(others) : undefined;
    return second === undefined ? [first] : [first, second];
  }

  async #progress(when: string): Promise<void> {
    const { history, workloads, field } = this.#settings;
    const startMs = performance.now();
    for (const name of workloads) {
      const before = history.acknowledged(name);
      await waitUntil(
        `${name} to go on ${when}`,
        () => history.acknowledged(name) > before,
        PROGRESS_TIMEOUT_MS,
      );
    }
    await field.cluster.leader(field.free);
    this.#settings.say?.(`all go on, after ${Math.round(performance.now() - startMs)} ms`);
  }

  /** A node that nobody killed must run. */
  #lookForTheDead(): void {
    const { field } = this.#settings;
    for (const { process, url } of field.free.filter((node) => !node.isRunning)) {
      if (this.#reported.has(process.pid)) continue;
      this.#reported.add(process.pid);
      const explanation = `the node at ${url} ended by itself, with ${process.exitCode}:\n${process.output}`;
      this.#findings.push({ anomaly: 'node-ended', explanation });
    }
  }
}
