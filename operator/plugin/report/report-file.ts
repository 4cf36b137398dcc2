import { stringify } from 'yaml';

/** One file of a report. */
export interface ReportFile {
  /** Within the report, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Something that is missing from a report, and why. */
export interface Omission {
  readonly what: string;
  readonly why: string;
}

/** What a collector hands on, one at a time, so that a report of any size needs little memory. */
export type ReportPart = ReportFile | Omission;

export function isFile(part: ReportPart): part is ReportFile {
  return 'path' in part;
}

export function yamlFile(path: string, value: unknown): ReportFile {
  return { path, text: stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }) };
}

export function omission(what: string, error: unknown): Omission {
  return { what, why: error instanceof Error ? error.message : String(error) };
}
