/** What was chosen, and what the server knows about the place. */

import { computed, shallowRef } from 'vue';

import { item, items, literal, locate, nearest, summary } from '../api/client';
import type { ChainLink, Feature, LocateAnswer, LonLat, Post, Properties } from '../api/types';
import { labelPoint } from '../geo/label-point';
import { today } from './catalogue';
import { dueSoonFilter, OPEN_CASES, OPEN_RISKS } from './matters';
import { remote } from './remote';

export interface Selection {
  at: LonLat;
  layer: string | null;
  id: number | null;
  /** What the tile said; replaced by the full record when it comes. */
  properties: Properties;
}

/** Areas from large to small; a chosen area shows the chain down to itself. */
export const LEVELS = ['subdistricts', 'communities', 'grids', 'compounds', 'buildings', 'entrances'];
const AREAS = new Set(['subdistricts', 'communities', 'grids', 'compounds']);
/** How far "here" reaches when looking for open matters, metres. */
const HERE_M = 150;

export interface Matters {
  lists: { layer: string; features: Feature[] }[];
  /** Counts in the chosen area; `null` when a single place was chosen. */
  counts: Record<string, number> | null;
}

export const selection = shallowRef<Selection | null>(null);
export const chosenFeature = shallowRef<Feature | null>(null);

const place = remote<LocateAnswer>();
const record = remote<Feature>();
const matters = remote<Matters>();
export const placeAnswer = place.answer;
export const recordAnswer = record.answer;
export const mattersAnswer = matters.answer;

function openFilter(layer: string): string {
  if (layer === 'risk_points') return OPEN_RISKS;
  return layer === 'cases' ? OPEN_CASES : dueSoonFilter(today.value);
}

const MATTER_LAYERS = ['risk_points', 'cases', 'inspection_targets'];

async function askMatters(chosen: Selection, code: string | null, signal: AbortSignal): Promise<Matters> {
  const { layer, at } = chosen;
  const isArea = layer !== null && AREAS.has(layer) && code !== null;
  const lists = MATTER_LAYERS.map(async (kind) => {
    const filter = openFilter(kind);
    if (isArea && layer === 'grids') {
      const mine = await items(kind, { filter: `${filter} AND grid_code = ${literal(code)}`, limit: 5 }, signal);
      return { layer: kind, features: mine.features };
    }
    const near = await nearest(at, { layer: kind, limit: 5, max_distance_m: isArea ? 500 : HERE_M, filter }, signal);
    return { layer: kind, features: near.features };
  });
  const counts = isArea
    ? MATTER_LAYERS.map(async (kind) => {
        const areas = await summary(kind, layer, openFilter(kind), signal);
        return [kind, areas.find((area) => area.code === code)?.count ?? 0] as const;
      })
    : [];
  return { lists: await Promise.all(lists), counts: isArea ? Object.fromEntries(await Promise.all(counts)) : null };
}

/** Chooses a place, or a feature whose place is known: shows at once, then asks the server. */
export function choose(chosen: Selection): void {
  selection.value = chosen;
  chosenFeature.value = null;
  const { layer, id, at } = chosen;
  void place.ask((signal) => locate(at, {}, signal));
  if (layer !== null && id !== null) {
    void record.ask((signal) => item(layer, id, signal)).then((feature) => {
      if (feature !== null && selection.value?.id === id) chosenFeature.value = feature;
    });
  } else {
    record.clear();
  }
  const code = typeof chosen.properties['code'] === 'string' ? chosen.properties['code'] : null;
  void matters.ask((signal) => askMatters(chosen, code, signal));
}

/** Chooses a feature that is known by id alone; `null` when it is not there any more. */
export async function chooseById(layer: string, id: number): Promise<Feature | null> {
  try {
    const feature = await item(layer, id);
    const at = labelPoint(feature.geometry);
    if (at === null) return null;
    choose({ at, layer, id, properties: feature.properties });
    chosenFeature.value = feature;
    return feature;
  } catch {
    return null;
  }
}

export function clearSelection(): void {
  selection.value = null;
  chosenFeature.value = null;
  place.clear();
  record.clear();
  matters.clear();
}

export function askAgain(): void {
  if (selection.value !== null) choose(selection.value);
}

function located(): LocateAnswer | null {
  const answer = placeAnswer.value;
  if (answer.state === 'ready') return answer.value;
  return null;
}

/** How deep the chain is shown: a chosen grid does not claim the house under its middle. */
const depth = computed(() => {
  const layer = selection.value?.layer ?? '';
  return AREAS.has(layer) ? LEVELS.indexOf(layer) : LEVELS.length;
});

export const chain = computed<ChainLink[]>(() => (located()?.chain ?? []).filter((link) => LEVELS.indexOf(link.layer) <= depth.value));

export const posts = computed<Post[]>(() => (located()?.posts ?? []).filter((post) => LEVELS.indexOf(post.target_layer) <= depth.value));

export const households = computed(() => {
  const answer = located();
  if (answer === null || depth.value < LEVELS.indexOf('buildings')) return null;
  return { list: answer.households, matched: answer.households_matched };
});

/** Attributes as far as they are known. */
export const attributes = computed<Properties>(() => {
  const answer = recordAnswer.value;
  return answer.state === 'ready' ? answer.value.properties : (selection.value?.properties ?? {});
});
