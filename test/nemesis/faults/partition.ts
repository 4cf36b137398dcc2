import { setTimeout as delay } from 'node:timers/promises';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import type { Fault } from './fault.ts';
import type { Field } from './field.ts';

/** Length of one state of a flapping link, in milliseconds. */
const FLAP_MS = 700;

const SHAPES = ['isolate', 'halves', 'one-way', 'pair', 'flapping'] as const;

/** From whom each node gets nothing. */
type Cuts = ReadonlyMap<RavenNode, readonly RavenNode[]>;

/**
 * Links between nodes are cut: of one node, between two halves, of one node in the direction towards it only, between two
 * nodes that both still reach the others, or of one node again and again.
 */
export const partition: Fault = {
  isAdministrative: false,
  losesDisks: false,
  inject: async (field) => {
    const shape = field.random.pick(SHAPES) ?? 'isolate';
    const [first] = await field.take(1);
    if (first === undefined) return null;
    // A partition takes nobody: what is cut off may be killed or paused as well.
    field.release([first]);
    const nodes = field.cluster.nodes.filter((node) => field.tagOf(node) !== '');
    const cuts = cutsOf(shape, first, nodes, field);
    const cut = () => {
      for (const [node, from] of cuts) node.cutFrom(from.map(field.tagOf));
    };
    const heal = () => {
      for (const node of cuts.keys()) node.heal();
    };
    cut();
    let isOver = false;
    const flapping = (async () => {
      for (let isCut = true; shape === 'flapping' && !isOver; isCut = !isCut) {
        await delay(FLAP_MS);
        if (isCut) heal();
        else if (!isOver) cut();
      }
    })();
    return {
      what: { shape, cut: [...cuts].map(([node, from]) => [field.tagOf(node), from.map(field.tagOf)]) },
      heal: async () => {
        isOver = true;
        await flapping;
        heal();
      },
    };
  },
};

function cutsOf(
  shape: (typeof SHAPES)[number],
  first: RavenNode,
  nodes: readonly RavenNode[],
  { random }: Field,
): Cuts {
  const others = nodes.filter((node) => node !== first);
  switch (shape) {
    case 'one-way':
      return new Map([[first, others]]);
    case 'pair':
      return between([first], [random.pick(others) ?? first]);
    case 'halves': {
      const side = others.slice(0, Math.floor((nodes.length - 1) / 2));
      return between(
        [first, ...side],
        others.filter((node) => !side.includes(node)),
      );
    }
    default:
      return between([first], others);
  }
}

function between(one: readonly RavenNode[], other: readonly RavenNode[]): Cuts {
  return new Map([
    ...one.map((node) => [node, other] as const),
    ...other.map((node) => [node, one] as const),
  ]);
}
