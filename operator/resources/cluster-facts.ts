/** What the builders must know besides the RavenCluster: where the operator is, and what is there already. */
export interface ClusterFacts {
  /** Image of the nodes where the spec names none: `<repository>:<tag>` or with a digest. */
  readonly defaultImage: string;
  /** Namespace of the operator, which the network policy lets through. */
  readonly operatorNamespace: string;
  /** Ordinals below this have a Service of their own: those that the spec wants, and those that still run. */
  readonly nodeCount: number;
  /** Ordinals that have a Service of their own now. */
  readonly nodeServices: readonly number[];
  /** A change of the cluster is going on, so that no node may be drained away besides. */
  readonly isOperationRunning: boolean;
  /**
   * What the claim template of the StatefulSet asks for now; absent while there is none. Kubernetes does not let it
   * change, so it stays until the set is made anew.
   */
  readonly claimTemplate?: ClaimTemplate;
  /** Kinds that the API server has, by `<apiVersion>/<kind>`. */
  readonly served: { has(kind: string): boolean };
}

/** The part of a claim template that the spec may change. */
export interface ClaimTemplate {
  readonly size: string;
  readonly volumeAttributesClassName?: string;
}
