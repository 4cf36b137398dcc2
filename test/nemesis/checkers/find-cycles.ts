import {
  components,
  type Dependency,
  type DependencyGraph,
  type Edge,
  shortestPath,
} from './dependency-graph.ts';

/** Starting edges tried for one class in one component: a broken history has more cycles than anybody reads. */
const STARTS_MAX = 2_000;

interface CycleClass {
  readonly anomaly: string;
  /** Every cycle of the class has an edge of this kind; the rest of it is looked for. */
  readonly through: Dependency;
  readonly rest: ReadonlySet<Dependency>;
  /** The rest must have one of these, or the cycle is of another class. */
  readonly needs: Dependency | null;
}

export interface Cycle {
  readonly anomaly: string;
  readonly edges: readonly Edge[];
}

/** After Adya, Liskov and O'Neil; G-single is read skew, G2 write skew. */
function classesOf(withRealtime: boolean): readonly CycleClass[] {
  const plain: readonly CycleClass[] = [
    { anomaly: 'G0', through: 'ww', rest: new Set(['ww']), needs: null },
    { anomaly: 'G1c', through: 'wr', rest: new Set(['ww', 'wr']), needs: null },
    { anomaly: 'G-single', through: 'rw', rest: new Set(['ww', 'wr']), needs: null },
    { anomaly: 'G2', through: 'rw', rest: new Set(['ww', 'wr', 'rw']), needs: 'rw' },
  ];
  if (!withRealtime) return plain;
  const timed = plain.map(({ anomaly, through, rest }): CycleClass => {
    return {
      anomaly: `${anomaly}-realtime`,
      through,
      rest: new Set([...rest, 'realtime']),
      needs: 'realtime',
    };
  });
  return [...plain, ...timed];
}

export interface CycleSearch {
  /** Only these anomalies are looked for; null: all. */
  readonly anomalies: readonly string[] | null;
  /** Whether cycles through real time count. */
  readonly withRealtime: boolean;
}

/** The shortest cycle of each class that the graph has. */
export function findCycles(
  graph: DependencyGraph,
  { anomalies, withRealtime }: CycleSearch,
): readonly Cycle[] {
  return classesOf(withRealtime)
    .filter(({ anomaly }) => anomalies === null || anomalies.includes(anomaly))
    .flatMap((sought) => {
      const edges = shortestOf(graph, sought);
      return edges === undefined ? [] : [{ anomaly: sought.anomaly, edges }];
    });
}

function shortestOf(
  graph: DependencyGraph,
  { through, rest, needs }: CycleClass,
): readonly Edge[] | undefined {
  let shortest: readonly Edge[] | undefined;
  for (const component of components(graph, new Set([through, ...rest]))) {
    const among = new Set(component);
    const starts = component.flatMap((node) => graph.from(node, new Set([through])));
    for (const start of starts.filter(({ to }) => among.has(to)).slice(0, STARTS_MAX)) {
      const back = shortestPath(graph, start.to, start.from, rest, among);
      if (back === undefined || (needs !== null && !back.some(({ kind }) => kind === needs))) continue;
      if (shortest === undefined || back.length + 1 < shortest.length) shortest = [start, ...back];
    }
  }
  return shortest;
}
