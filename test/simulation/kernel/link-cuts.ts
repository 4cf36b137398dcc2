/** Which ways of a network are cut, each in one direction only. Nodes are named by what the network names them by. */
export class LinkCuts<Node> {
  readonly #cut = new Map<Node, Set<Node>>();

  isCut(from: Node, to: Node): boolean {
    return this.#cut.get(from)?.has(to) === true;
  }

  cut(from: Node, to: Node): void {
    const known = this.#cut.get(from);
    if (known === undefined) this.#cut.set(from, new Set([to]));
    else known.add(to);
  }

  /** Nobody on one side reaches anybody on the other. */
  partition(side: ReadonlySet<Node>, all: readonly Node[]): void {
    for (const from of all) {
      for (const to of all) if (side.has(from) !== side.has(to)) this.cut(from, to);
    }
  }

  heal(): void {
    this.#cut.clear();
  }
}
