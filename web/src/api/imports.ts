/** Imports as jobs: what the server says of them, and how they are asked for. */

import { ROOT, send } from './client';
import type { Feature, Label, LonLat } from './types';

export type ImportState = 'queued' | 'reading' | 'ready' | 'writing' | 'done' | 'failed' | 'undone' | 'expired';

/** How a file is to be read; what is not said is found out from the file. */
export interface Wishes {
  layer?: string;
  crs?: string;
  encoding?: string;
  part?: string;
  year?: number;
  point_radius_m?: number;
  map?: [column: string, field: string][];
  on_conflict?: 'error' | 'skip' | 'update';
}

export interface Column {
  column: string;
  use: 'field' | 'left_out' | 'personal';
  field: string | null;
  values: number;
}

export interface Effect {
  written: boolean;
  insert: number;
  update: number;
  unchanged: number;
  skip: number;
  fields: Record<string, number>;
}

/** What became of the file, counted. */
export interface Overview {
  crs: string;
  features: number;
  taken: number;
  repaired: number;
  refused: number;
  values_left_out: number;
  codes_generated: number;
  decisions: (Label & { about: string; part: string | null })[];
  notices: Label[];
  columns: Column[];
  personal_data_dropped: { column: string; kind: string; values_dropped: number }[];
  effect: Effect | null;
  entries_not_listed: number;
}

export interface Fault extends Label {
  part: string | null;
  line: number | null;
  feature: number;
  outcome: 'refused' | 'repaired' | 'left_out' | 'doubted';
  reason: string;
  field: string | null;
  value: string | null;
  suggestion: Label | null;
  place: LonLat | null;
}

export interface Example {
  line: number | null;
  feature: number;
  code: string;
  name: string;
  becomes: 'insert' | 'update' | 'skip';
  fields: { field: string; label: Label; before: Label; after: Label }[];
}

export interface Report extends Omit<Overview, 'effect'> {
  entries: Fault[];
  effect: (Effect & { examples: Example[]; examples_not_listed: number }) | null;
}

export interface Failure extends Label {
  code: string;
  /** The coordinate systems that fit. */
  crs: string[];
  /** The sheets or tables that there are. */
  parts: string[] | null;
}

export interface ImportJob {
  id: string;
  file: string | null;
  layer: string | null;
  state: ImportState;
  progress: { rows: number; bytes: number; of_bytes: number };
  settings: Wishes;
  report: Overview | null;
  samples: string[][] | null;
  failure: Failure | null;
  batch: { id: string; inserted: number; updated: number } | null;
}

export interface ImportPreview {
  features: Feature[];
  left_out: number;
}

export interface Profile {
  name: string;
  settings: Wishes;
}

const NAMES = { layer: 'layer', crs: 'crs', encoding: 'encoding', part: 'part', year: 'year', point_radius_m: 'point-radius-m', on_conflict: 'on-conflict' } as const;

/** The wishes as parameters; each is said, so that what was taken back is taken back there too. */
function parameters(wishes: Wishes): URLSearchParams {
  const search = new URLSearchParams();
  for (const [key, name] of Object.entries(NAMES)) search.set(name, String(wishes[key as keyof typeof NAMES] ?? ''));
  const pairs = wishes.map ?? [];
  for (const [column, field] of pairs) search.append('map[]', `${column}=${field}`);
  if (pairs.length === 0) search.append('map[]', '');
  return search;
}

export function upload(files: File[], wishes: Wishes, signal?: AbortSignal): Promise<ImportJob> {
  const search = parameters(wishes);
  search.set('dry-run', 'true');
  const form = new FormData();
  for (const file of files) form.append('file', file, file.name);
  return send('POST', `/api/imports?${search}`, form, signal);
}

export function job(id: string, signal?: AbortSignal): Promise<ImportJob> {
  return send('GET', `/api/imports/${id}`, undefined, signal);
}

export function readAnew(id: string, wishes: Wishes): Promise<ImportJob> {
  return send('PATCH', `/api/imports/${id}?${parameters(wishes)}`);
}

export function commit(id: string, saveAs?: string): Promise<ImportJob> {
  const query = saveAs === undefined || saveAs === '' ? '' : `?save-profile=${encodeURIComponent(saveAs)}`;
  return send('POST', `/api/imports/${id}/commit${query}`);
}

export function undo(id: string): Promise<ImportJob> {
  return send('POST', `/api/imports/${id}/undo`);
}

export async function forget(id: string): Promise<void> {
  await send('DELETE', `/api/imports/${id}`);
}

export function preview(id: string): Promise<ImportPreview> {
  return send('GET', `/api/imports/${id}/preview`);
}

export function report(id: string): Promise<Report> {
  return send('GET', `/api/imports/${id}/report.json`);
}

export async function profiles(): Promise<Profile[]> {
  const answer = await send<{ profiles: Profile[] }>('GET', '/api/import-profiles');
  return answer.profiles;
}

/** Where the error sheet is fetched from. */
export function sheetAddress(id: string, form: 'xlsx' | 'html'): string {
  return `${ROOT}/api/imports/${id}/report.${form}`;
}
