import { expect, test } from 'vitest';

import { risk, RISK_LEVELS } from './palette';
import { buildStyle, NAME_SOURCES, SOURCE_OF } from './style';
import { OVERLAYS, SHOWN_BY_THEME, THEMES } from './themes';
import { yearClass } from './themes/renovation';

const ORIGIN = 'http://127.0.0.1:8080';
const style = buildStyle(ORIGIN);
const ids = style.layers.map(({ id }) => id);

function minzoom(id: string): number | undefined {
  return style.layers.find((layer) => layer.id === id)?.minzoom;
}

test('nothing is fetched from elsewhere: no glyphs, no sprite, tiles from our own origin', () => {
  expect(style.glyphs).toBeUndefined();
  expect(style.sprite).toBeUndefined();
  const addresses = JSON.stringify(style).match(/https?:\/\/[^"{]*/g) ?? [];
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address.startsWith(`${ORIGIN}/tiles/`)).toBe(true);
});

test('every layer has its source, and no name is used twice', () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const layer of style.layers) if ('source' in layer) expect(Object.keys(style.sources)).toContain(layer.source);
  for (const source of Object.values(SOURCE_OF)) expect(Object.keys(style.sources)).toContain(source);
});

test('names come in at the zooms that were agreed', () => {
  expect(['communities', 'grids', 'compounds', 'buildings', 'entrances'].map((layer) => minzoom(`names-${layer}`))).toEqual([13, 14.5, 15.5, 17, 18]);
  for (const { layer, minzoom: from } of NAME_SOURCES.filter(({ layer }) => layer in SOURCE_OF)) expect(from).toBeLessThanOrEqual(minzoom(`names-${layer}`) ?? 0);
});

test('lines are stacked from fine to thick, names above lines, signs above names', () => {
  const order = ['land', 'water', 'road-arterial', 'buildings', 'compounds-line', 'grids-line', 'communities-line', 'subdistricts-line', 'names-communities', 'risk_points'].map((id) => ids.indexOf(id));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(-1);
});

test('households have no place on the map', () => {
  expect(JSON.stringify(style)).not.toContain('households');
});

test('every theme shows overlays that exist, and every overlay starts hidden', () => {
  const known = OVERLAYS.map(({ id }) => id);
  for (const theme of THEMES) for (const id of SHOWN_BY_THEME[theme]) expect(known).toContain(id);
  for (const { spec } of OVERLAYS.flatMap(({ layers }) => layers)) {
    expect(style.layers.find(({ id }) => id === spec.id)?.layout?.visibility).toBe('none');
  }
});

test('four levels differ by colour, numeral and severity', () => {
  for (const key of ['fill', 'numeral', 'severity'] as const) expect(new Set(RISK_LEVELS.map((level) => risk[level][key])).size).toBe(4);
});

test('built years fall into five classes, and no year is a class of its own', () => {
  expect([1954, 1980, 1981, 1990, 1991, 2000, 2001, 2010, 2011, 2024].map(yearClass)).toEqual([
    'year-y1980', 'year-y1980', 'year-y1990', 'year-y1990', 'year-y2000', 'year-y2000', 'year-y2010', 'year-y2010', 'year-later', 'year-later',
  ]);
  expect(yearClass(undefined)).toBe('year-unknown');
});
