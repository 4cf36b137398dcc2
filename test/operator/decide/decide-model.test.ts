import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { calmDown, expectAsSpecified, expectRest } from './model/aftermath.ts';
import { happen, type Stage } from './model/happen.ts';
import { ModelOperator } from './model/model-operator.ts';
import { Person } from './model/person.ts';
import { kubernetesEvents, localEvents, type ModelEvent, specs } from './model/scenario.ts';
import { World, type WorldOptions } from './model/world.ts';

/** More with, say, `MODEL_RUNS=100000 npm exec -- vitest run test/operator/decide`. */
const RUNS = Number(process.env.MODEL_RUNS ?? 200);

/** One run takes a tenth of a second; this only ends a hang. */
const TIMEOUT_MS = 60_000 + RUNS * 2_000;

/** `MODEL_SHRINK=0` shows the first failure as it is, at once; `MODEL_SEED` runs again what a failure has named. */
const SETTINGS = {
  numRuns: RUNS,
  endOnFailure: process.env.MODEL_SHRINK === '0',
  ...(process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) }),
};

/** Twelve machines: six nodes, and more than may be lost. */
const HOSTS = 12;

function script(events: fc.Arbitrary<ModelEvent>): fc.Arbitrary<ModelEvent[]> {
  return fc.array(events, { minLength: 10, maxLength: 60, size: 'max' });
}

function play(options: WorldOptions, spec: unknown, events: readonly ModelEvent[]): void {
  const world = new World(options);
  const operator = new ModelOperator(world, spec);
  const stage: Stage = { world, operator, person: new Person(world, operator) };
  happen({ type: 'work', rounds: 12 }, stage);
  for (const event of events) happen(event, stage);
  calmDown(stage);
  expectRest(stage);
  expectAsSpecified(stage);
}

describe('the operator, with any spec, any faults and a crash at any point,', () => {
  it(
    'breaks no invariant and comes to rest with the cluster that the spec asks for: processes of one machine',
    () => {
      fc.assert(
        fc.property(
          specs,
          script(localEvents as fc.Arbitrary<ModelEvent>),
          fc.boolean(),
          (spec, events, strips) => play({ removalStripsGroups: strips }, spec, events),
        ),
        SETTINGS,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'breaks no invariant and comes to rest with the cluster that the spec asks for: pods on machines in zones',
    () => {
      const options = fc.record({
        removalStripsGroups: fc.boolean(),
        hosts: fc.record({ count: fc.constant(HOSTS), zones: fc.integer({ min: 1, max: 3 }) }),
      });
      fc.assert(fc.property(options, specs, script(kubernetesEvents), play), SETTINGS);
    },
    TIMEOUT_MS,
  );
});
