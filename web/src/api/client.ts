/** The only place that speaks HTTP. Every failure becomes one `ApiError` with a cause a person can act on. */

import type {
  Catalogue,
  Feature,
  FeatureCollection,
  LocateAnswer,
  LonLat,
  SearchResult,
  SummaryArea,
} from './types';

export type Fault = 'away' | 'refused' | 'forbidden' | 'missing' | 'broken';

export class ApiError extends Error {
  constructor(
    readonly fault: Fault,
    message: string,
  ) {
    super(message);
  }
}

/** The path under which the service is mounted, without a final slash: where the page itself lies. */
export const ROOT = typeof document === 'undefined' ? '' : new URL('.', document.baseURI).pathname.replace(/\/$/, '');

type Params = Record<string, string | number | boolean | undefined>;

/** At most this many features are fetched to be drawn at once; the legend says when there are more. */
export const DRAWN_LIMIT = 20_000;

/** What an answer, or none, says of the service. */
export interface Heard {
  reachable: boolean;
  /** For how long the service has not known whether its map is up to date; null while it does. */
  staleSeconds: number | null;
}

let language = 'zh';
let listener: (heard: Heard) => void = () => {};

export function setApiLanguage(lang: string): void {
  language = lang;
}

/** Hears of every answer: was the server there? */
export function onReachable(hear: (heard: Heard) => void): void {
  listener = hear;
}

function heardFrom(response: Response, reachable: boolean): Heard {
  const stale = response.headers.get('minqing-stale-seconds');
  return { reachable, staleSeconds: stale === null ? null : Number(stale) };
}

export function query(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function faultOf(status: number): Fault {
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'forbidden';
  if (status >= 500) return status === 503 ? 'away' : 'broken';
  return 'refused';
}

async function problemText(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { title?: string; detail?: string };
    return problem.detail ?? problem.title ?? '';
  } catch {
    return '';
  }
}

async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return send('GET', path + query(params), undefined, signal);
}

/** Any request; an answer without a body is `undefined`. */
export async function send<T>(method: string, path: string, body?: BodyInit, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    const headers: Record<string, string> = { 'Accept-Language': language };
    // says that it is no form of another site: pages of other origins may not send it
    if (method !== 'GET') headers['minqing-request'] = '1';
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = body;
    if (signal !== undefined) init.signal = signal;
    response = await fetch(ROOT + path, init);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    listener({ reachable: false, staleSeconds: null });
    throw new ApiError('away', '');
  }
  if (!response.ok) {
    const fault = faultOf(response.status);
    listener(heardFrom(response, fault !== 'away'));
    throw new ApiError(fault, await problemText(response));
  }
  listener(heardFrom(response, true));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A CQL2 text literal; quotes inside are doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function catalogue(): Promise<Catalogue> {
  return get('/api/catalogue');
}

export async function isReady(): Promise<boolean> {
  try {
    await get('/health/ready');
    return true;
  } catch {
    return false;
  }
}

export interface ItemsAsk {
  filter?: string;
  /** `LAYER:CODE[,CODE]…`: only what belongs to these areas, as the summary counts it. */
  area?: string;
  sortby?: string;
  limit?: number;
  skipGeometry?: boolean;
  properties?: string;
}

export function items(layer: string, ask: ItemsAsk, signal?: AbortSignal): Promise<FeatureCollection> {
  return get(`/api/collections/${layer}/items`, { ...ask }, signal);
}

export interface AllItems {
  features: Feature[];
  /** How many there are; more than `features.length` when the drawing limit was met. */
  matched: number;
}

/** All pages of a layer, up to [`DRAWN_LIMIT`]. */
export async function allItems(layer: string, ask: ItemsAsk = {}): Promise<AllItems> {
  let page = await items(layer, { limit: 10_000, ...ask });
  const features = [...page.features];
  const matched = page.numberMatched ?? features.length;
  for (;;) {
    const next = page.links?.find((link) => link.rel === 'next');
    if (next === undefined || page.features.length === 0 || features.length >= DRAWN_LIMIT) break;
    const address = new URL(next.href, location.href);
    page = await get<FeatureCollection>(address.pathname.slice(ROOT.length) + address.search);
    features.push(...page.features);
  }
  return { features, matched: Math.max(matched, features.length) };
}

export function item(layer: string, id: number, signal?: AbortSignal): Promise<Feature> {
  return get(`/api/collections/${layer}/items/${id}`, {}, signal);
}

export function locate(at: LonLat, ask: { floor?: number; accuracy_m?: number } = {}, signal?: AbortSignal): Promise<LocateAnswer> {
  return get('/api/locate', { lon: at[0].toFixed(7), lat: at[1].toFixed(7), ...ask }, signal);
}

export interface NearestAsk {
  layer: string;
  limit?: number;
  max_distance_m?: number;
  filter?: string;
}

export function nearest(at: LonLat, ask: NearestAsk, signal?: AbortSignal): Promise<FeatureCollection> {
  return get('/api/nearest', { lon: at[0].toFixed(7), lat: at[1].toFixed(7), ...ask }, signal);
}

export async function summary(layer: string, by: string, filter?: string, signal?: AbortSignal): Promise<SummaryArea[]> {
  const answer = await get<{ areas: SummaryArea[] }>('/api/summary', { layer, by, filter }, signal);
  return answer.areas;
}

export async function search(text: string, signal?: AbortSignal): Promise<SearchResult[]> {
  const answer = await get<{ results: SearchResult[] }>('/api/search', { q: text, limit: 20 }, signal);
  return answer.results;
}

/** Whole features of the tile, for the places where a name goes. */
export function wholeTile(layer: string, z: number, x: number, y: number, properties: string): Promise<FeatureCollection> {
  return get(`/tiles/${layer}/${z}/${x}/${y}.geojson`, { clip: false, properties });
}
