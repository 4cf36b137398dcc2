import type { SimulatedCluster } from '../rachis/simulated-cluster.ts';
import type { SimulatedNode } from '../rachis/simulated-node.ts';
import type { ReplicatedCluster } from './replicated-cluster.ts';

export type WorldNode = SimulatedNode<ReplicatedCluster>;
export type WorldCluster = SimulatedCluster<ReplicatedCluster>;
