import type { Action } from './action.ts';
import { type ClusterView, tagsOf } from './cluster-view.ts';
import type { NodeProperties } from './observed.ts';

/**
 * Brings what the cluster's state holds of its nodes to what the platform says. A zone that the platform does not know
 * just now, as of a pod that has no machine yet, stays what it was.
 */
export function announceProperties(view: ClusterView): readonly Action[] {
  const { leader } = view;
  const known = leader?.properties;
  if (leader === undefined || known === undefined || !view.hasQuorum) return [];
  const { foreign } = leader.topology;
  return tagsOf(leader.topology)
    .filter((tag) => !foreign.includes(tag) && view.nodeOfTag(tag) !== undefined)
    .flatMap((tag): Action[] => {
      const wanted = propertiesOf(tag, view);
      const current = known[tag] ?? {};
      const isSame = wanted.zone === current.zone && wanted.publicUrl === current.publicUrl;
      return isSame ? [] : [{ type: 'SetNodeProperties', tag, properties: wanted }];
    });
}

function propertiesOf(tag: string, view: ClusterView): NodeProperties {
  const zone = view.zoneOf(tag);
  const publicUrl = view.nodeOfTag(tag)?.publicUrl;
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
}
