/** Addresses inside a run's network; nobody outside sees them. */

export const NODE_NETWORK = '10.99.0.0/24';
export const POD_NETWORK = '10.244.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';

/** The control plane, the DNS server and the test itself. */
export const CONTROL_PLANE_ADDRESS = '10.99.0.1';
export const DNS_SERVICE_ADDRESS = '10.96.0.10';

/** Machines are numbered from 1. */
export function machineAddress(number: number): string {
  return `10.99.0.${10 + number}`;
}

export function podNetworkOf(number: number): string {
  return `10.244.${number}.0/24`;
}
