/**
 * ww: overwrote what the other wrote; wr: read what the other wrote; rw: the other overwrote what it read; realtime: the
 * other began after it had ended.
 */
export type Dependency = 'ww' | 'wr' | 'rw' | 'realtime';

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: Dependency;
  readonly why: string;
}

/** Edges between transactions, which are numbers. */
export class DependencyGraph {
  readonly #out = new Map<number, Edge[]>();

  add(from: number, to: number, kind: Dependency, why: string): void {
    if (from === to) return;
    const edges = this.#out.get(from);
    if (edges === undefined) this.#out.set(from, [{ from, to, kind, why }]);
    else if (!edges.some((edge) => edge.to === to && edge.kind === kind)) edges.push({ from, to, kind, why });
  }

  from(node: number, kinds: ReadonlySet<Dependency>): readonly Edge[] {
    return this.#out.get(node)?.filter(({ kind }) => kinds.has(kind)) ?? [];
  }

  get nodes(): readonly number[] {
    return [...this.#out.keys()];
  }
}

/** Sets of more than one node that all reach one another: after Tarjan, without recursion. */
export function components(
  graph: DependencyGraph,
  kinds: ReadonlySet<Dependency>,
): readonly (readonly number[])[] {
  const places = new Map<number, { order: number; low: number; isOnStack: boolean }>();
  const stack: number[] = [];
  const found: number[][] = [];
  const enter = (node: number) => {
    const place = { order: places.size, low: places.size, isOnStack: true };
    places.set(node, place);
    stack.push(node);
    return { node, place, edges: graph.from(node, kinds), at: 0 };
  };
  for (const root of graph.nodes) {
    if (places.has(root)) continue;
    const frames = [enter(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const edge = frame.edges[frame.at++];
      if (edge !== undefined) {
        const seen = places.get(edge.to);
        if (seen === undefined) frames.push(enter(edge.to));
        else if (seen.isOnStack) frame.place.low = Math.min(frame.place.low, seen.order);
        continue;
      }
      frames.pop();
      const above = frames.at(-1);
      if (above !== undefined) above.place.low = Math.min(above.place.low, frame.place.low);
      if (frame.place.low !== frame.place.order) continue;
      const component = stack.splice(stack.lastIndexOf(frame.node));
      for (const node of component) {
        const place = places.get(node);
        if (place !== undefined) place.isOnStack = false;
      }
      if (component.length > 1) found.push(component);
    }
  }
  return found;
}

/** The shortest way of these kinds within `among`; undefined when there is none. */
export function shortestPath(
  graph: DependencyGraph,
  from: number,
  to: number,
  kinds: ReadonlySet<Dependency>,
  among: ReadonlySet<number>,
): readonly Edge[] | undefined {
  const cameBy = new Map<number, Edge>();
  let edge: readonly number[] = [from];
  while (edge.length > 0) {
    const next: number[] = [];
    for (const node of edge) {
      for (const out of graph.from(node, kinds)) {
        if (!among.has(out.to) || cameBy.has(out.to)) continue;
        cameBy.set(out.to, out);
        if (out.to === to) return wayBack(cameBy, from, to);
        next.push(out.to);
      }
    }
    edge = next;
  }
  return undefined;
}

function wayBack(cameBy: ReadonlyMap<number, Edge>, from: number, to: number): readonly Edge[] {
  const path: Edge[] = [];
  let node = to;
  do {
    const edge = cameBy.get(node);
    if (edge === undefined) break;
    path.unshift(edge);
    node = edge.from;
  } while (node !== from);
  return path;
}
