/** The address bar holds the state: place, zoom, theme, selection, language. */

import type { LonLat } from '../api/types';
import type { View } from '../map/create-map';
import { THEMES, type ThemeId } from '../map/themes/theme';
import type { Language } from './language';

export interface Address {
  view: View | null;
  theme: ThemeId | null;
  language: Language | null;
  chosen: { layer: string; id: number } | null;
  /** The place that was clicked, where nothing with an id was chosen or more than it was. */
  at: LonLat | null;
}

function numbers(text: string | null, n: number): number[] | null {
  const parts = (text ?? '').split(',');
  const values = parts.map(Number);
  return parts.length === n && parts.every((part) => part.trim() !== '') && values.every(Number.isFinite) ? values : null;
}

function lonLat(text: string | null): LonLat | null {
  const parts = numbers(text, 2);
  if (parts === null) return null;
  const [lon = 0, lat = 0] = parts;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85 ? [lon, lat] : null;
}

/** Reads the part of the address after `#`; whatever is not understood counts as not given. */
export function readAddress(hash: string): Address {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const centre = lonLat(params.get('at'));
  const [zoom = Number.NaN] = numbers(params.get('zoom'), 1) ?? [];
  const theme = params.get('theme') as ThemeId;
  const lang = params.get('lang');
  const chosen = /^([a-z_]+)\.(\d+)$/.exec(params.get('pick') ?? '');
  return {
    view: centre !== null && zoom >= 0 && zoom <= 22 ? { centre, zoom } : null,
    theme: THEMES.includes(theme) ? theme : null,
    language: lang === 'zh' || lang === 'en' ? lang : null,
    chosen: chosen === null ? null : { layer: chosen[1] ?? '', id: Number(chosen[2]) },
    at: lonLat(params.get('point')),
  };
}

/** The same, written; short and legible, since people send it to each other. */
export function writeAddress({ view, theme, language, chosen, at }: Address): string {
  const parts: string[] = [];
  if (view !== null) parts.push(`at=${view.centre[0].toFixed(5)},${view.centre[1].toFixed(5)}`, `zoom=${view.zoom.toFixed(2)}`);
  if (theme !== null) parts.push(`theme=${theme}`);
  if (chosen !== null) parts.push(`pick=${chosen.layer}.${chosen.id}`);
  if (at !== null) parts.push(`point=${at[0].toFixed(6)},${at[1].toFixed(6)}`);
  if (language !== null) parts.push(`lang=${language}`);
  return `#${parts.join('&')}`;
}
