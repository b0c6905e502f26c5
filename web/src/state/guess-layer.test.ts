import { expect, test } from 'vitest';

import type { LayerInfo } from '../api/types';
import { guessLayer } from './guess-layer';

const layer = (id: string, zh: string): LayerInfo => ({ id, title: { zh, en: id }, role: 'map', class: 'public', geometry: 'Point', count: 0, extent: null, fields: [], parents: [] });
const LAYERS = [layer('compounds', '小区'), layer('buildings', '楼栋'), layer('communities', '社区(村)'), layer('risk_points', '风险点'), layer('facilities', '服务设施'), layer('grids', '网格')];

test('the last word of a name says what the file is of', () => {
  for (const [name, id] of [
    ['小区楼栋台账.xlsx', 'buildings'],
    ['大雁塔社区网格.shp', 'grids'],
    ['隐患排查表(2024).csv', 'risk_points'],
    ['Buildings.geojson', 'buildings'],
    ['便民服务站.csv', 'facilities'],
  ]) expect(guessLayer(name ?? '', LAYERS)?.layer, name).toBe(id);
  expect(guessLayer('Sheet1.xlsx', LAYERS)).toBeNull();
  expect(guessLayer('住户.xlsx', LAYERS), 'the instance has no such layer').toBeNull();
});
