/** A machine under pods. */
export interface ModelHost {
  readonly name: string;
  readonly zone: string;
  isDraining: boolean;
  lostSinceMs: number | undefined;
  /** It will never come back, nor will the disks in it. */
  isDestroyed: boolean;
}

/** The machines of a world; pods have one each, as required anti-affinity says. */
export class Hosts {
  readonly all: readonly ModelHost[];

  constructor(count: number, zoneCount: number) {
    this.all = Array.from({ length: count }, (_, index) => ({
      name: `host-${index}`,
      zone: `z${index % zoneCount}`,
      isDraining: false,
      lostSinceMs: undefined,
      isDestroyed: false,
    }));
  }

  named(name: string | undefined): ModelHost | undefined {
    return this.all.find((host) => host.name === name);
  }

  isUp(name: string | undefined): boolean {
    const host = this.named(name);
    return host !== undefined && host.lostSinceMs === undefined;
  }

  /** Where a pod without a volume yet could go, in the zone with the fewest pods. */
  free(taken: readonly string[]): ModelHost | undefined {
    const inZone = (zone: string): number =>
      this.all.filter((host) => host.zone === zone && taken.includes(host.name)).length;
    const able = this.all.filter(
      (host) => host.lostSinceMs === undefined && !host.isDraining && !taken.includes(host.name),
    );
    return [...able].sort((a, b) => inZone(a.zone) - inZone(b.zone))[0];
  }
}
