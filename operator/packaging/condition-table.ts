import { CLUSTER_CONDITIONS, type ConditionMeaning, DATABASE_CONDITIONS } from '../api/conditions.ts';

/** The conditions of a RavenCluster as a table in Markdown. */
export function clusterConditionTable(): string {
  return tableOf(CLUSTER_CONDITIONS);
}

export function databaseConditionTable(): string {
  return tableOf(DATABASE_CONDITIONS);
}

function tableOf(conditions: Readonly<Record<string, ConditionMeaning>>): string {
  const rows = Object.entries(conditions).map(([type, { meaning, healthy, whenTrue, otherwise }]) => {
    const cells = [`**${type}**`, meaning, healthy, reasons(whenTrue), reasons(otherwise)];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| condition | True means | healthy | reasons when True | reasons otherwise |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function reasons(meanings: Readonly<Record<string, string>>): string {
  return Object.entries(meanings)
    .map(([reason, meaning]) => `\`${reason}\`: ${meaning}`)
    .join('<br>');
}

/** The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function withSection(text: string, name: string, section: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new RangeError(`The text has no section ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${section}\n${text.slice(to)}`;
}
