/** What the cluster's state holds of a node beside its membership. */
export interface NodeProperties {
  /** Failure domain: copies of a database are spread over zones. null: not known. */
  readonly zone: string | null;
  /** Where clients are to reach the node; null: where the other nodes do. */
  readonly publicUrl: string | null;
}

export const NO_PROPERTIES: NodeProperties = Object.freeze({ zone: null, publicUrl: null });
