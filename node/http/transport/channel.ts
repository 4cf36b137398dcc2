import type { Peer } from '../../security/authority.ts';

/** The connection that requests come over. */
export interface Channel {
  readonly scheme: 'http' | 'https';
  /** Who is at its other end; null over plain HTTP, where everybody may do everything. */
  readonly peer: Peer | null;
}

export const PLAIN_CHANNEL: Channel = { scheme: 'http', peer: null };
