/** Which layer a file is for, by the words in its name; the reader sees it and can choose another. */

import type { LayerInfo } from '../api/types';

/** Words of the office beside the layers' own names; longer ones first, so that 小区楼栋 is of buildings. */
const WORDS: [word: string, layer: string][] = [
  ['改造项目', 'renovation_projects'],
  ['改造', 'renovation_projects'],
  ['检查对象', 'inspection_targets'],
  ['检查', 'inspection_targets'],
  ['风险', 'risk_points'],
  ['隐患', 'risk_points'],
  ['案件', 'cases'],
  ['岗位', 'posts'],
  ['网格员', 'posts'],
  ['住户', 'households'],
  ['户室', 'households'],
  ['房屋', 'buildings'],
  ['建筑', 'buildings'],
  ['楼栋', 'buildings'],
  ['楼宇', 'buildings'],
  ['单元', 'entrances'],
  ['设施', 'facilities'],
  ['服务站', 'facilities'],
  ['网格', 'grids'],
  ['小区', 'compounds'],
  ['社区', 'communities'],
  ['村', 'communities'],
  ['街道', 'subdistricts'],
  ['道路', 'roads'],
  ['路网', 'roads'],
  ['水系', 'water'],
  ['用地', 'land_use'],
  ['绿地', 'land_use'],
  ['出入口', 'gates'],
  ['大门', 'gates'],
  ['闲置', 'vacant_spaces'],
];

/** The layer and the word that told it; `null` where the name says nothing. */
export function guessLayer(fileName: string, layers: LayerInfo[]): { layer: string; word: string } | null {
  const name = fileName.toLowerCase();
  const known = new Set(layers.map(({ id }) => id));
  const own = layers.flatMap(({ id, title }) => [
    { word: id, layer: id },
    { word: title.zh.replace(/[（(].*$/, ''), layer: id },
  ]);
  const all = [...own, ...WORDS.map(([word, layer]) => ({ word, layer }))];
  return all.filter(({ word, layer }) => known.has(layer) && word !== '' && name.includes(word)).toSorted((a, b) => place(name, b.word) - place(name, a.word) || b.word.length - a.word.length)[0] ?? null;
}

/** The last word of a Chinese name is what the thing is: 小区楼栋台账 is of buildings. */
function place(name: string, word: string): number {
  return name.lastIndexOf(word) + word.length;
}
