import { run } from '../harness/shell.ts';
import { CONTROL_PLANE_ADDRESS } from './address-plan.ts';
import type { RunNames } from './run-names.ts';

/** Bridge that the machines are plugged into; its name is the run's own, for so is the namespace that it is in. */
const BRIDGE = 'machines';

/** The network of one run: a namespace with a bridge, in which the control plane and the test itself live. */
export class RunNetwork {
  readonly #name: string;

  constructor({ network }: RunNames) {
    this.#name = network;
  }

  async create(): Promise<void> {
    await run('ip', ['netns', 'add', this.#name]);
    await this.#ip('link', 'set', 'lo', 'up');
    await this.#ip('link', 'add', BRIDGE, 'type', 'bridge');
    await this.#ip('addr', 'add', `${CONTROL_PLANE_ADDRESS}/24`, 'dev', BRIDGE);
    await this.#ip('link', 'set', BRIDGE, 'up');
    await run('nsenter', [...this.enter(), 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  }

  /** Arguments of nsenter. (`ip netns exec` would mount /sys anew and hide the cgroups.) */
  enter(): readonly string[] {
    return [`--net=/run/netns/${this.#name}`];
  }

  /** Plugs a machine in: its end of the cable is `eth0` in the namespace of the process. */
  async plugIn(number: number, pid: number, address: string, podNetwork: string): Promise<void> {
    const cable = cableOf(number);
    await this.#ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    await this.#ip('link', 'set', cable, 'master', BRIDGE, 'up');
    await this.#ip('route', 'replace', podNetwork, 'via', address);
  }

  /** The cable of a machine that lost its power goes with it; what is left is the route. */
  async unplug(number: number, podNetwork: string): Promise<void> {
    // Either may be gone already.
    await this.#ip('link', 'del', cableOf(number)).catch(() => undefined);
    await this.#ip('route', 'del', podNetwork).catch(() => undefined);
  }

  async setCable(number: number, state: 'up' | 'down'): Promise<void> {
    await this.#ip('link', 'set', cableOf(number), state);
  }

  async remove(): Promise<void> {
    await run('ip', ['netns', 'del', this.#name]).catch(() => undefined);
  }

  #ip(...args: readonly string[]): Promise<string> {
    return run('ip', ['-n', this.#name, ...args]);
  }
}

function cableOf(number: number): string {
  return `machine${number}`;
}
