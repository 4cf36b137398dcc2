import { kindKey } from './kinds.ts';
import type { KindRef } from './kube-object.ts';

/** Aggregated discovery (APIGroupDiscoveryList of apidiscovery.k8s.io/v2), as far as it is used. */
interface DiscoveryList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope?: string;
        readonly responseKind?: { readonly kind?: string };
      }[];
    }[];
  }[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Every kind that the API server serves, in every version, by `kindKey`.
 *
 * @param read the text of a path in a media type
 */
export async function discoverKinds(
  read: (path: string, accept: string) => Promise<string>,
): Promise<ReadonlyMap<string, KindRef>> {
  const lists = await Promise.all(['/api', '/apis'].map((path) => read(path, AGGREGATED)));
  const kinds = lists.flatMap((text) => kindsIn(JSON.parse(text) as DiscoveryList));
  return new Map(kinds.map((kind) => [kindKey(kind), kind]));
}

function kindsIn({ items = [] }: DiscoveryList): KindRef[] {
  return items.flatMap(({ metadata, versions = [] }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.flatMap(({ resource, scope, responseKind }) => {
        if (responseKind?.kind === undefined) return [];
        const group = metadata?.name ?? '';
        return [
          {
            apiVersion: group === '' ? version : `${group}/${version}`,
            kind: responseKind.kind,
            plural: resource,
            namespaced: scope === 'Namespaced',
          },
        ];
      }),
    ),
  );
}
