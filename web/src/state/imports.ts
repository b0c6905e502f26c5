/** The import that is being made on this page: uploaded, read, mended, committed, taken back. */

import { computed, ref, shallowRef, watch } from 'vue';

import { ApiError } from '../api/client';
import * as api from '../api/imports';
import type { Fault, ImportJob, ImportPreview, Profile, Report, Wishes } from '../api/imports';
import type { BBox, Feature } from '../api/types';
import { boundsOf } from '../geo/bounds';
import { OVERLAYS } from '../map/themes';
import { map, refresh } from './atlas';
import { catalogue, loadCatalogue } from './catalogue';
import { guessLayer } from './guess-layer';
import { clearSelection } from './selection';
import { baseShown, shown } from './theme';

/** Is the import panel open. */
export const isImporting = ref(false);
/** On a phone: is the panel out of the map's way. */
export const isLow = ref(false);
export const job = shallowRef<ImportJob | null>(null);
export const report = shallowRef<Report | null>(null);
export const preview = shallowRef<ImportPreview | null>(null);
export const profiles = shallowRef<Profile[]>([]);
/** What the reader wishes, before and after the upload. */
export const wishes = shallowRef<Wishes>({});
/** Files that wait for a layer to be chosen. */
export const waiting = shallowRef<File[]>([]);
/** The word of the file's name that told the layer. */
export const guessedBy = ref<string | null>(null);
export const isSending = ref(false);
/** What went wrong with a request, in the server's words. */
export const trouble = shallowRef<ApiError | null>(null);

const POLL_MS = 350;
let timer: ReturnType<typeof setTimeout> | undefined;

export const isBusy = computed(() => isSending.value || ['queued', 'reading', 'writing'].includes(job.value?.state ?? ''));

async function tried<T>(request: () => Promise<T>): Promise<T | null> {
  trouble.value = null;
  try {
    return await request();
  } catch (error) {
    trouble.value = error instanceof ApiError ? error : new ApiError('broken', '');
    return null;
  }
}

/** Opens the panel. */
export function openImports(): void {
  isImporting.value = true;
  clearSelection();
  void api.profiles().then((known) => {
    profiles.value = known;
  }, () => {});
}

/** Files were dropped or chosen: sent at once where their layer is known. */
export function takeFiles(files: File[]): void {
  const main = files.find(({ name }) => name.toLowerCase().endsWith('.shp')) ?? files[0];
  if (main === undefined) return;
  waiting.value = files;
  const guess = guessLayer(main.name, catalogue.value?.layers ?? []);
  guessedBy.value = guess?.word ?? null;
  if (wishes.value.layer === undefined && guess !== null) wishes.value = { ...wishes.value, layer: guess.layer };
  if (wishes.value.layer !== undefined) void sendFiles();
}

export async function sendFiles(): Promise<void> {
  isSending.value = true;
  const sent = await tried(() => api.upload(waiting.value, { on_conflict: 'update', ...wishes.value }));
  isSending.value = false;
  if (sent === null) return;
  waiting.value = [];
  heard(sent);
}

function heard(now: ImportJob): void {
  clearTimeout(timer);
  job.value = now;
  wishes.value = now.settings;
  if (['queued', 'reading', 'writing'].includes(now.state)) timer = setTimeout(() => void poll(now.id), POLL_MS);
  else void settled(now);
}

async function poll(id: string): Promise<void> {
  const now = await tried(() => api.job(id));
  if (job.value?.id !== id) return;
  if (now !== null) heard(now);
  else if (trouble.value?.fault === 'away') timer = setTimeout(() => void poll(id), POLL_MS * 8);
}

async function settled(now: ImportJob): Promise<void> {
  const [told, drawn] = await Promise.all([
    now.report === null ? null : api.report(now.id).catch(() => null),
    now.state === 'ready' ? api.preview(now.id).catch(() => null) : null,
  ]);
  if (job.value !== now) return;
  report.value = told;
  preview.value = drawn;
  if (now.state !== 'done') return;
  // What was brought in is to be seen, whichever theme is on.
  const layer = now.layer ?? '';
  if (OVERLAYS.some(({ id }) => id === layer)) shown.add(layer);
  if (['buildings', 'compounds', 'grids', 'communities'].includes(layer)) baseShown.add(layer);
  await afterChange();
}

/** The map has other records now. */
async function afterChange(): Promise<void> {
  await loadCatalogue();
  refresh();
}

/** Reads the file anew in another way. */
export async function change(some: Wishes): Promise<void> {
  const id = job.value?.id;
  wishes.value = { ...wishes.value, ...some };
  if (id === undefined) {
    if (waiting.value.length > 0 && wishes.value.layer !== undefined) await sendFiles();
    return;
  }
  const now = await tried(() => api.readAnew(id, wishes.value));
  if (now !== null) heard(now);
}

/** What a column is for; an empty field leaves it to the program. */
export function mapColumn(column: string, field: string): Promise<void> {
  const others = (wishes.value.map ?? []).filter(([name]) => name !== column);
  return change({ map: field === '' ? others : [...others, [column, field]] });
}

export async function commitImport(saveAs: string): Promise<void> {
  const id = job.value?.id;
  if (id === undefined) return;
  const now = await tried(() => api.commit(id, saveAs));
  if (now !== null) heard(now);
}

export async function undoImport(): Promise<void> {
  const known = job.value;
  if (known === null) return;
  const now = await tried(() => api.undo(known.id));
  if (now === null) return;
  job.value = { ...known, state: 'undone' };
  await afterChange();
}

/** Takes the import off the page; what was not committed is forgotten by the server too. */
export function startAnew(): void {
  clearTimeout(timer);
  const known = job.value;
  if (known !== null && !['done', 'undone', 'expired'].includes(known.state)) void api.forget(known.id).catch(() => {});
  job.value = null;
  report.value = null;
  preview.value = null;
  waiting.value = [];
  wishes.value = {};
  guessedBy.value = null;
  isLow.value = false;
  trouble.value = null;
}

export function closeImports(): void {
  startAnew();
  isImporting.value = false;
}

function boxOf(features: Feature[]): BBox | null {
  let whole: BBox | null = null;
  for (const { geometry } of features) {
    const box = boundsOf(geometry);
    if (box === null) continue;
    whole = whole === null ? box : [Math.min(whole[0], box[0]), Math.min(whole[1], box[1]), Math.max(whole[2], box[2]), Math.max(whole[3], box[3])];
  }
  return whole;
}

/** Where a fault is. */
export function flyToFault(fault: Fault): void {
  isLow.value = true;
  if (fault.place !== null) map.value?.flyTo(fault.place, Math.max(map.value.view().zoom, 17));
}

watch([map, preview], () => {
  const drawn = preview.value?.features ?? [];
  map.value?.setData('drafts', drawn);
  const box = boxOf(drawn);
  if (box !== null) map.value?.fit(box);
});
