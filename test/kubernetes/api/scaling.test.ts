import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  PERSISTENT_VOLUME_CLAIM,
  POD,
  STATEFUL_SET,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import { PROGRAM_VERSION } from '../../../operator/program-version.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { OperatorWorld, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

describeOnKubernetes('a RavenCluster', () => {
  let machines: ProcessMachines;
  beforeAll(async () => {
    machines = await ProcessMachines.start(['z1', 'z1', 'z2', 'z2', 'z3', 'z3']);
  });
  afterAll(() => machines.stop());

  it(
    'goes from nothing to three nodes, to five, and back to three; volumes of nodes that left stay',
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      await world.operator();
      await world.apply({ nodes: 3 });
      await world.untilReady(3);
      await world.apply({ nodes: 5 });
      const grown = await world.untilReady(5);
      expect(grown.topology?.members).toEqual(['A', 'B', 'C', 'D', 'E']);
      expect(grown.operatorVersion).toBe(PROGRAM_VERSION);
      expect(new Set(grown.nodes?.map(({ zone }) => zone))).toEqual(new Set(['z1', 'z2', 'z3']));
      await world.apply({ nodes: 3 });
      const shrunk = await world.untilReady(3);
      expect(shrunk.topology?.members).toEqual(['A', 'B', 'C']);
      expect(await world.names(POD)).toEqual(['shop-0', 'shop-1', 'shop-2']);
      const claims = await world.objects(PERSISTENT_VOLUME_CLAIM);
      const marks = claims.map(({ metadata }) => metadata.annotations?.['ravencluster.io/data-state']);
      expect(marks).toEqual(['Used', 'Used', 'Used', 'Detached', 'Detached']);
    },
  );

  it(
    'has replicas that only the manager of the scale owns, so that no template can change them',
    WHOLE_STORY,
    async () => {
      const world = await OperatorWorld.create(machines);
      await world.operator();
      await world.apply({ nodes: 1 });
      await world.untilReady(1);
      const [set] = await world.objects(STATEFUL_SET);
      const owners = (set?.metadata.managedFields ?? []).filter((entry) =>
        JSON.stringify(entry).includes('"f:replicas":{}'),
      );
      expect(
        owners.filter(({ subresource }) => subresource === undefined).map(({ manager }) => manager),
      ).toEqual(['ravencluster-operator-scale']);
    },
  );
});
