import type { WorldResult } from './run-world.ts';

/** What happened in many runs together. */
export class WorldTotals {
  readonly #startedMs = performance.now();
  readonly #startedCpu = process.cpuUsage();
  readonly #sums = new Map<keyof WorldResult, number>();
  #count = 0;

  add(result: WorldResult): void {
    this.#count++;
    for (const [name, figure] of Object.entries(result) as [keyof WorldResult, number][]) {
      this.#sums.set(name, this.of(name) + figure);
    }
  }

  of(name: keyof WorldResult): number {
    return this.#sums.get(name) ?? 0;
  }

  toString(): string {
    const realMs = performance.now() - this.#startedMs;
    const virtualMs = this.of('virtualMs');
    const { user, system } = process.cpuUsage(this.#startedCpu);
    const cpuMs = (user + system) / 1000;
    return (
      `${this.#count} worlds hold: ${(virtualMs / 3_600_000).toFixed(1)} simulated hours in ${(realMs / 1000).toFixed(1)} s ` +
      `(${(virtualMs / realMs).toFixed(0)} times real time; ${(cpuMs / 1000).toFixed(1)} s of CPU time, ${(virtualMs / cpuMs).toFixed(0)} times), ` +
      `${this.of('elections')} elections, ${this.of('committed')} entries committed, ` +
      `${this.of('transactions')} cluster transactions and ${this.of('refused')} refused, ${this.of('audits')} with a read set, ` +
      `${this.of('causalReads')} causal reads, ${this.of('registers')} changes and ${this.of('reads')} reads of registers, ` +
      `${this.of('writes')} writes on one node, ${this.of('later')} commands of the later version, ` +
      `${this.of('topologyChanges')} changes of topology by the observer, ${this.of('wiped')} disks lost, ${this.of('setAside')} copies set aside, ${this.of('deleted')} deleted, ${this.of('recreated')} databases created anew, ${this.of('recoveries')} unsafe recoveries, ${this.of('abandoned')} times that transactions were given up, ${this.of('expired')} that were silent for too long.`
    );
  }
}
