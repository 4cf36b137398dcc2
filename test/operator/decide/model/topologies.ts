import type { MembershipAction } from '../../../../operator/decide/action.ts';
import type { ObservedTopology } from '../../../../operator/decide/observed.ts';

export function firstTopology(id: string, tag: string): ObservedTopology {
  return { id, etag: 1, members: [tag], promotables: [], watchers: [], foreign: [] };
}

export function allTags(topology: ObservedTopology): readonly string[] {
  return [...topology.members, ...topology.promotables, ...topology.watchers];
}

/** The topology after a change; the same object when there is nothing to change. */
export function changed(old: ObservedTopology, action: MembershipAction): ObservedTopology {
  const without = (tags: readonly string[]): readonly string[] => tags.filter((tag) => tag !== action.tag);
  const etag = old.etag + 1;
  switch (action.type) {
    case 'AddNodeToCluster':
      if (allTags(old).includes(action.tag)) return old;
      return action.watcher
        ? { ...old, etag, watchers: [...old.watchers, action.tag] }
        : { ...old, etag, promotables: [...old.promotables, action.tag] };
    case 'PromoteNode':
      return { ...old, etag, watchers: without(old.watchers), promotables: [...old.promotables, action.tag] };
    case 'DemoteNode':
      return { ...old, etag, members: without(old.members), watchers: [...old.watchers, action.tag] };
    case 'RemoveNodeFromCluster':
      if (!allTags(old).includes(action.tag)) return old;
      return {
        ...old,
        etag,
        members: without(old.members),
        promotables: without(old.promotables),
        watchers: without(old.watchers),
      };
    case 'BootstrapCluster':
    case 'RecoverCluster':
      return old;
  }
}
