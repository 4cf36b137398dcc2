import { type CelRule, rulesAt } from './cel-rule.ts';
import type { RavenDatabaseSpec } from './raven-database.ts';

const spec = rulesAt<RavenDatabaseSpec>(['spec']);

export const DATABASE_RULES: readonly CelRule[] = [
  spec.transition(
    { rule: 'self.clusterRef == oldSelf.clusterRef', message: 'is immutable', field: ['clusterRef'] },
    (self, oldSelf) => self.clusterRef.name === oldSelf.clusterRef.name,
  ),
  spec.transition(
    { rule: 'self.name == oldSelf.name', message: 'is immutable', field: ['name'] },
    (self, oldSelf) => self.name === oldSelf.name,
  ),
];
