import { databaseSetting } from '../cluster/database-record.ts';

export type DeploymentMode = 'Parallel' | 'Rolling';

/** How indexes are made on the nodes of a group where their definitions don't say it. */
export interface DeploymentModes {
  readonly static: DeploymentMode;
  readonly auto: DeploymentMode;
}

/** As the settings of a database say, or its node. Names and values compare without case. */
export function deploymentModes(
  settings: Readonly<Record<string, string>>,
  ofNode: DeploymentModes,
): DeploymentModes {
  const own = (key: string): DeploymentMode | undefined => {
    const value = String(databaseSetting(settings, key)).toLowerCase();
    return value === 'rolling' ? 'Rolling' : value === 'parallel' ? 'Parallel' : undefined;
  };
  return {
    static: own('Indexing.Static.DeploymentMode') ?? ofNode.static,
    auto: own('Indexing.Auto.DeploymentMode') ?? ofNode.auto,
  };
}
