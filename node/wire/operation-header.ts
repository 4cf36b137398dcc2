/** What a TCP connection is for. The names are RavenDB's. */
export type WireOperation =
  | 'Cluster'
  | 'Replication'
  | 'Subscription'
  | 'Heartbeats'
  | 'Ping'
  | 'TestConnection'
  | 'Drop';

/** The first message on a TCP connection, from the side that dialled. */
export interface OperationHeader {
  readonly Operation: WireOperation;
  readonly OperationVersion: number;
  readonly DatabaseName: string | null;
  readonly SourceNodeTag: string | null;
  /** Whatever else the operation needs to decide whether to accept; ours, not RavenDB's. */
  readonly Info: Readonly<Record<string, unknown>>;
}

/** The answer to it. */
export interface OperationReply {
  readonly Status: 'Ok' | 'TcpVersionMismatch' | 'AuthorizationFailed' | 'InvalidNetworkTopology';
  readonly Version: number;
  readonly LicensedFeatures: { readonly DataCompression: boolean } | null;
  readonly Message?: string;
}

/** Reads a header leniently: member names in any casing (the Node client mixes them), missing ones as null. */
export function parseOperationHeader(raw: Readonly<Record<string, unknown>>): OperationHeader {
  const members = new Map(Object.entries(raw).map(([key, value]) => [key.toLowerCase(), value]));
  const text = (name: string) => {
    const value = members.get(name);
    return typeof value === 'string' ? value : null;
  };
  const info = members.get('info');
  return {
    Operation: (text('operation') ?? 'Drop') as WireOperation,
    OperationVersion: Number(members.get('operationversion') ?? -1),
    DatabaseName: text('databasename'),
    SourceNodeTag: text('sourcenodetag'),
    Info: typeof info === 'object' && info !== null ? (info as Record<string, unknown>) : {},
  };
}
