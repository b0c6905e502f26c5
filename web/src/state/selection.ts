/** What was chosen, and what the server knows about the place. */

import { computed, shallowRef } from 'vue';

import { item, items, locate, nearest } from '../api/client';
import type { ChainLink, Feature, LocateAnswer, LonLat, Post, Properties } from '../api/types';
import { labelPoint } from '../geo/label-point';
import { today } from './catalogue';
import { MATTER_LAYERS, openFilter, worstFirst } from './matters';
import { remote } from './remote';

/** One of the things under a click. */
export interface Hit {
  layer: string;
  id: number;
  properties: Properties;
  /** Set for signs, whose place is exact. */
  at: LonLat | null;
}

export interface Selection {
  at: LonLat;
  layer: string | null;
  id: number | null;
  /** What the tile said; replaced by the full record when it comes. */
  properties: Properties;
  /** Everything that lay under the click, for the reader to choose from. */
  under?: { at: LonLat; hits: readonly Hit[] };
}

/** Areas from large to small; a chosen area shows the chain down to itself. */
export const LEVELS = ['subdistricts', 'communities', 'grids', 'compounds', 'buildings', 'entrances'];
const AREAS = new Set(['subdistricts', 'communities', 'grids', 'compounds']);
/** Larger than a house: what lies under the middle of them is not theirs. */
const WIDE = new Set(['renovation_projects', 'roads', 'land_use', 'water']);
/** Whose card has the households of the house. */
const INHABITED = new Set([null, 'buildings', 'entrances', 'households']);
/** How far "here" reaches when looking for open matters, metres. */
export const HERE_M = 150;
/** At most this many matters of one kind are listed. */
const MOST_MATTERS = 10_000;
const MOST_NEAR = 200;

export interface MatterGroup {
  layer: string;
  /** The worst first; near a single place the nearest first. */
  features: Feature[];
  /** How many there are, listed or not. */
  matched: number;
}

export interface Matters {
  groups: MatterGroup[];
  /** Whether they belong to the chosen area, or are near the chosen place. */
  scope: 'area' | 'near';
}

export const selection = shallowRef<Selection | null>(null);
export const chosenFeature = shallowRef<Feature | null>(null);

const place = remote<LocateAnswer>();
const record = remote<Feature>();
const matters = remote<Matters>();
export const placeAnswer = place.answer;
export const recordAnswer = record.answer;
export const mattersAnswer = matters.answer;

/** The codes in a field that lists several. */
export function codesIn(list: unknown): string[] {
  return typeof list === 'string' ? list.split(/[\s,;|/，、；]+/).filter((code) => code !== '') : [];
}

/** The areas whose matters are those of the chosen one, as the server takes them; `null` for a single place. */
function areaOf(layer: string | null, properties: Properties): string | null {
  const { code, compound_codes: compounds } = properties;
  if (layer !== null && AREAS.has(layer) && typeof code === 'string') return `${layer}:${code}`;
  const codes = layer === 'renovation_projects' ? codesIn(compounds) : [];
  return codes.length === 0 ? null : `compounds:${codes.join(',')}`;
}

const LISTED = { risk_points: 'code,name,kind,level,status,address,deadline', cases: 'code,name,kind,status,address,deadline', inspection_targets: 'code,name,kind,address,next_due' };

async function mattersIn(area: string, signal: AbortSignal): Promise<Matters> {
  const groups = MATTER_LAYERS.map(async (layer) => {
    const ask = { filter: openFilter(layer, today.value), area, limit: MOST_MATTERS, skipGeometry: true, properties: LISTED[layer] };
    const { features, numberMatched } = await items(layer, ask, signal);
    return { layer, features: worstFirst(features, today.value), matched: numberMatched ?? features.length };
  });
  return { groups: await Promise.all(groups), scope: 'area' };
}

async function mattersNear({ at, layer: chosen, id }: Selection, signal: AbortSignal): Promise<Matters> {
  const groups = MATTER_LAYERS.map(async (layer) => {
    const ask = { layer, limit: MOST_NEAR, max_distance_m: HERE_M, filter: openFilter(layer, today.value) };
    const { features } = await nearest(at, ask, signal);
    const others = features.filter((feature) => layer !== chosen || feature.id !== id);
    return { layer, features: others, matched: others.length };
  });
  return { groups: await Promise.all(groups), scope: 'near' };
}

/** Chooses a place, or a feature whose place is known: shows at once, then asks the server. */
export function choose(chosen: Selection, known: Feature | null = null): void {
  selection.value = chosen;
  chosenFeature.value = known;
  const { layer, id, at } = chosen;
  void place.ask((signal) => locate(at, {}, signal));
  let full: Promise<Feature | null> = Promise.resolve(known);
  if (layer !== null && id !== null) {
    full = record.ask(async (signal) => known ?? item(layer, id, signal));
    void full.then((feature) => {
      if (feature !== null && selection.value === chosen) chosenFeature.value = feature;
    });
  } else {
    record.clear();
  }
  void matters.ask(async (signal) => {
    // a tile does not say which compounds a project is of
    const properties = layer === 'renovation_projects' ? ((await full)?.properties ?? {}) : chosen.properties;
    const area = areaOf(layer, properties);
    return area === null ? mattersNear(chosen, signal) : mattersIn(area, signal);
  });
}

/** Chooses a feature that is known by id alone; `null` when it is not there any more. */
export async function chooseById(layer: string, id: number): Promise<Feature | null> {
  try {
    const feature = await item(layer, id);
    const at = labelPoint(feature.geometry);
    if (at === null) return null;
    choose({ at, layer, id, properties: feature.properties }, feature);
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

/** Attributes as far as they are known. */
export const attributes = computed<Properties>(() => {
  const answer = recordAnswer.value;
  return answer.state === 'ready' ? answer.value.properties : (selection.value?.properties ?? {});
});

/** How deep the chain is shown: nothing chosen claims what merely lies under its middle. */
const depth = computed(() => {
  const layer = selection.value?.layer ?? null;
  if (layer === null || layer === 'households') return LEVELS.length;
  if (WIDE.has(layer)) return LEVELS.indexOf('communities');
  return LEVELS.includes(layer) ? LEVELS.indexOf(layer) : LEVELS.indexOf('buildings');
});

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The chosen area or house as a link of its own chain. */
function ownLink({ layer, id }: Selection): ChainLink {
  const { code, name, kind } = attributes.value;
  return { layer: layer ?? '', id: id ?? 0, code: text(code) ?? '', name: text(name), kind: text(kind), relation: 'inside', distance_m: 0, derived: false, share: null };
}

export const chain = computed<ChainLink[]>(() => {
  const chosen = selection.value;
  const answer = located();
  if (chosen === null || answer === null) return [];
  const { layer, id } = chosen;
  const links = answer.chain.filter((link) => LEVELS.includes(link.layer) && LEVELS.indexOf(link.layer) <= depth.value);
  if (layer === null || !LEVELS.includes(layer)) return links;
  // where areas lie over each other, the place may answer with another one than was chosen
  const own = links.find((link) => link.layer === layer && link.id === id) ?? ownLink(chosen);
  return [...links.filter((link) => link.layer !== layer), { ...own, relation: 'inside' }];
});

export const posts = computed<Post[]>(() => {
  const areas = new Set(chain.value.map(({ layer, code }) => `${layer} ${code}`));
  return (located()?.posts ?? []).filter((post) => areas.has(`${post.target_layer} ${post.target_code}`));
});

export const households = computed(() => {
  const answer = located();
  const chosen = selection.value;
  if (answer === null || chosen === null || !INHABITED.has(chosen.layer)) return null;
  if (chosen.layer !== 'entrances') return { list: answer.households, matched: answer.households_matched };
  const list = answer.households.filter((household) => household['entrance_code'] === attributes.value['code']);
  return { list, matched: list.length };
});
