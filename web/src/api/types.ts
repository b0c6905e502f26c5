/** What the server answers; the words are those of its contract. */

export type LonLat = [lon: number, lat: number];
export type BBox = [west: number, south: number, east: number, north: number];

export interface Label {
  zh: string;
  en: string;
}

export interface CodeItem {
  code: string;
  title: Label;
}

export type FieldType = 'text' | 'integer' | 'real' | 'boolean' | 'date' | 'time' | 'code';

export interface Field {
  name: string;
  title: Label;
  type: FieldType;
  class: 'public' | 'internal' | 'restricted';
  codes?: CodeItem[] | null;
}

export interface LayerInfo {
  id: string;
  title: Label;
  role: 'map' | 'register' | 'base' | 'other';
  class: 'public' | 'internal' | 'restricted';
  geometry: string;
  count: number;
  extent: BBox | null;
  fields: Field[];
  parents: { layer: string; field: string }[];
}

export interface Catalogue {
  title: Label;
  demo: boolean;
  revision: number;
  as_of: string | null;
  extent: BBox | null;
  layers: LayerInfo[];
}

export type Properties = Record<string, unknown>;

export type Geometry =
  | { type: 'Point'; coordinates: LonLat }
  | { type: 'MultiPoint' | 'LineString'; coordinates: LonLat[] }
  | { type: 'MultiLineString' | 'Polygon'; coordinates: LonLat[][] }
  | { type: 'MultiPolygon'; coordinates: LonLat[][][] };

export interface Feature {
  type: 'Feature';
  id: number;
  geometry: Geometry | null;
  properties: Properties;
}

export interface FeatureCollection {
  type: 'FeatureCollection';
  features: Feature[];
  numberMatched?: number;
  numberReturned?: number;
  links?: { rel: string; href: string; type?: string }[];
}

export type Relation = 'inside' | 'boundary' | 'near';

export interface ChainLink {
  layer: string;
  id: number;
  code: string;
  name: string | null;
  kind: string | null;
  relation: Relation;
  distance_m: number;
  derived: boolean;
  share: number | null;
}

export interface Household extends Properties {
  id: number;
  code: string;
  name: string | null;
  relation: string;
  floor: number | null;
  room_label: string | null;
}

export interface Post {
  code: string;
  level: string;
  title: string | null;
  holder: string | null;
  phone: string | null;
  duties: string | null;
  target_layer: string;
  target_code: string;
  target_name: string | null;
}

export interface LocateAnswer {
  revision: number;
  lon: number;
  lat: number;
  chain: ChainLink[];
  households: Household[];
  households_matched: number;
  posts: Post[];
}

export interface SummaryArea {
  id: number;
  code: string;
  name: string | null;
  count: number;
  value: number | null;
}

export interface SearchResult {
  layer: string;
  id: number;
  code: string;
  name: string | null;
  address: string | null;
  matched: string;
  lon: number;
  lat: number;
  bbox: BBox | null;
}
