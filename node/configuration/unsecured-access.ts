import { BlockList, isIP } from 'node:net';
import { isAnyAddress } from './listen-url.ts';

/** From where plain HTTP may be reachable. */
export const ACCESS_RANGES = ['None', 'Local', 'PrivateNetwork', 'PublicNetwork'] as const;
export type AccessRange = (typeof ACCESS_RANGES)[number];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/**
 * The range a host to listen on is reachable from. A name that is not `localhost` is taken as public: what it resolves
 * to may change after the check.
 */
export function rangeOf(host: string): Exclude<AccessRange, 'None'> {
  if (host.toLowerCase() === 'localhost') return 'Local';
  const version = isIP(host);
  if (version === 0 || isAnyAddress(host)) return 'PublicNetwork';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(host, family)) return 'Local';
  return PRIVATE.check(host, family) ? 'PrivateNetwork' : 'PublicNetwork';
}

/** Whether plain HTTP may listen on the host: the range allowed includes every narrower one. */
export function isUnsecuredAccessAllowed(host: string, allowed: AccessRange): boolean {
  return ACCESS_RANGES.indexOf(rangeOf(host)) <= ACCESS_RANGES.indexOf(allowed);
}
