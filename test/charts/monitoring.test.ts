import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const PROJECT = join(import.meta.dirname, '..', '..');
const FILES = join(PROJECT, 'charts', 'ravencluster-operator', 'files');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const { groups } = parse(readFileSync(join(FILES, 'rules.yaml'), 'utf8')) as {
  groups: { name: string; rules: Alert[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(readFileSync(join(FILES, 'dashboard.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const queries = [
  ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...dashboard.panels.map(({ title, targets }) => [`panel ${title}`, targets[0]?.expr ?? ''] as const),
];

/** Text of all sources, in which every metric of ours has its name. */
const sources = ['node', 'operator'].map((folder) => textOf(join(PROJECT, folder))).join('\n');

function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'dashboard.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

/** Grafana fills these in before Prometheus sees the query. */
const filledIn = (query: string): string => query.replaceAll('$__rate_interval', '5m');

function metricsIn(query: string): readonly string[] {
  const names: string[] = [];
  parser.parse(query).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'Identifier' && query.slice(from, to).startsWith('ravencluster_'))
        names.push(query.slice(from, to));
      if (name === 'Identifier' && query.slice(from, to).startsWith('kubernetes_'))
        names.push(query.slice(from, to));
    },
  });
  return names;
}

/** A histogram has three series; its name in the source is what they begin with. */
const isInSources = (metric: string): boolean =>
  [metric, metric.replace(/_(bucket|count|sum)$/, '')].some((name) => sources.includes(`'${name}'`)) ||
  (metric.startsWith('ravencluster_rocksdb_') &&
    sources.includes(`'${metric.slice('ravencluster_rocksdb_'.length).replaceAll('_', '-')}'`));

describe('alerts and dashboard', () => {
  it.each(queries)('%s is PromQL', (_name, query) => {
    const faults: string[] = [];
    parser.parse(filledIn(query)).iterate({
      enter: ({ type, from, to }) => {
        if (type.isError) faults.push(filledIn(query).slice(Math.max(0, from - 20), to + 20));
      },
    });
    expect(faults).toEqual([]);
  });

  it.each(queries)('%s speaks of metrics that there are', (_name, query) => {
    expect(metricsIn(filledIn(query)).filter((metric) => !isInSources(metric))).toEqual([]);
  });

  it('say what is wrong and what to do', () => {
    for (const { alert, annotations, labels } of alerts) {
      expect(['warning', 'critical'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/namespace|resource/);
      expect(annotations.description.length, alert).toBeGreaterThan(30);
    }
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});
