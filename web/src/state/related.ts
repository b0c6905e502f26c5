/** What else belongs to the chosen record: the projects of a compound, the compounds of a project, the entrances of a house, the visits to a target. */

import { watch } from 'vue';

import { items, literal } from '../api/client';
import type { Feature, LonLat } from '../api/types';
import { labelPoint } from '../geo/label-point';
import { layerInfo } from './catalogue';
import { remote } from './remote';
import { codesIn, recordAnswer, selection } from './selection';

export interface Related {
  layer: 'renovation_projects' | 'compounds' | 'entrances' | 'inspections';
  features: Feature[];
  matched: number;
  /** The hazards that the visits found, by their codes. */
  findings: ReadonlyMap<string, Feature>;
}

const MOST = 200;
const related = remote<Related | null>();
export const relatedAnswer = related.answer;

const NONE: ReadonlyMap<string, Feature> = new Map();

/** `%` and `_` stand for others in a pattern. */
function pattern(code: string): string {
  return literal(`%${code.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`);
}

async function projectsOf(code: string, at: LonLat | null, signal: AbortSignal): Promise<Related> {
  const here = at === null ? '' : ` OR (compound_codes IS NULL AND S_INTERSECTS(geometry, POINT(${at[0]} ${at[1]})))`;
  const { features } = await items('renovation_projects', { filter: `compound_codes LIKE ${pattern(code)}${here}`, sortby: '-batch', limit: MOST, skipGeometry: true }, signal);
  const own = features.filter(({ properties: { compound_codes: codes } }) => codes === null || codesIn(codes).includes(code));
  return { layer: 'renovation_projects', features: own, matched: own.length, findings: NONE };
}

async function listOf(layer: 'compounds' | 'entrances', filter: string, signal: AbortSignal): Promise<Related> {
  const { features, numberMatched } = await items(layer, { filter, limit: MOST, skipGeometry: true }, signal);
  return { layer, features, matched: numberMatched ?? features.length, findings: NONE };
}

async function visitsTo(code: string, signal: AbortSignal): Promise<Related> {
  const { features, numberMatched } = await items('inspections', { filter: `target_code = ${literal(code)}`, sortby: '-visited_at', limit: MOST }, signal);
  const found = [...new Set(features.map(({ properties }) => properties['risk_point_code']).filter((risk) => typeof risk === 'string'))];
  const risks = found.length === 0 ? [] : (await items('risk_points', { filter: `code IN (${found.map(literal).join(',')})`, limit: MOST, skipGeometry: true }, signal)).features;
  return { layer: 'inspections', features, matched: numberMatched ?? features.length, findings: new Map(risks.map((risk) => [String(risk.properties['code']), risk])) };
}

function has(layer: string): boolean {
  return (layerInfo(layer)?.count ?? 0) > 0;
}

async function ask(layer: string, { geometry, properties }: Feature, signal: AbortSignal): Promise<Related | null> {
  const code = properties['code'];
  if (typeof code !== 'string') return null;
  if (layer === 'compounds' && has('renovation_projects')) return projectsOf(code, labelPoint(geometry), signal);
  if (layer === 'buildings' && has('entrances')) return listOf('entrances', `building_code = ${literal(code)}`, signal);
  if (layer === 'inspection_targets' && has('inspections')) return visitsTo(code, signal);
  const compounds = layer === 'renovation_projects' ? codesIn(properties['compound_codes']) : [];
  return compounds.length === 0 ? null : listOf('compounds', `code IN (${compounds.map(literal).join(',')})`, signal);
}

watch(recordAnswer, (now) => {
  const layer = selection.value?.layer ?? null;
  if (now.state === 'loading') return;
  if (now.state !== 'ready' || layer === null) {
    related.clear();
    return;
  }
  void related.ask((signal) => ask(layer, now.value, signal));
});
