import { distance } from 'fastest-levenshtein';
import type { Setting } from './setting.ts';
import { ACCEPTED_KEYS } from './settings/accepted-keys.ts';
import { CLUSTER_SETTINGS } from './settings/cluster-settings.ts';
import { DATABASE_SETTINGS } from './settings/database-settings.ts';
import { LOG_SETTINGS } from './settings/log-settings.ts';
import { SECURITY_SETTINGS } from './settings/security-settings.ts';
import { SERVER_SETTINGS } from './settings/server-settings.ts';

/** Every setting this node acts on. */
export const SETTINGS: readonly Setting<unknown>[] = [
  ...SERVER_SETTINGS,
  ...SECURITY_SETTINGS,
  ...CLUSTER_SETTINGS,
  ...DATABASE_SETTINGS,
  ...LOG_SETTINGS,
];

const BY_KEY: ReadonlyMap<string, Setting<unknown>> = new Map(
  SETTINGS.flatMap((setting) => [setting.key, ...setting.aliases].map((key) => [key.toLowerCase(), setting])),
);
const ACCEPTED: ReadonlySet<string> = new Set(ACCEPTED_KEYS.map((key) => key.toLowerCase()));
const ALL_KEYS: readonly string[] = [...SETTINGS.map(({ key }) => key), ...ACCEPTED_KEYS];

/** The setting a key stands for, in any case; 'meaningless' for a key of RavenDB that has no meaning here. */
export function findSetting(key: string): Setting<unknown> | 'meaningless' | undefined {
  const lower = key.toLowerCase();
  return BY_KEY.get(lower) ?? (ACCEPTED.has(lower) ? 'meaningless' : undefined);
}

/** The known key that takes the fewest edits to reach. */
export function nearestKey(key: string): { readonly key: string; readonly edits: number } {
  const lower = key.toLowerCase();
  let nearest = { key: '', edits: Number.POSITIVE_INFINITY };
  for (const candidate of ALL_KEYS) {
    const edits = distance(lower, candidate.toLowerCase());
    if (edits < nearest.edits) nearest = { key: candidate, edits };
  }
  return nearest;
}
