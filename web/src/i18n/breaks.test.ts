import { expect, test } from 'vitest';

import { lineParts, withBreaks } from './breaks';

test('a name is broken between its words, and a bracket stays with what is in it', () => {
  const named: [string, string[]][] = [
    ['澄庭里社区社区卫生服务站', ['澄庭里社区', '社区', '卫生', '服务站']],
    ['屋面外墙破损楼栋比', ['屋面外墙', '破损楼栋比']],
    ['分管领导(安全)', ['分管', '领导', '(安全)']],
    ['瑞苑路23号商铺楼', ['瑞苑路', '23号', '商铺楼']],
    ['育才路（北段）12号院', ['育才路', '（北段）', '12号院']],
  ];
  for (const [text, parts] of named) expect(lineParts(text)).toEqual(parts);
});

test('nothing of a text is lost, and what is not Chinese stays whole', () => {
  for (const text of ['', 'Community health station', '3', '……', '文霞新村1号楼2单元101室']) expect(lineParts(text).join('')).toBe(text);
  expect(lineParts('Community health station')).toEqual(['Community health station']);
  expect(withBreaks('青池第一网格').replaceAll('\u200B', '')).toBe('青池第一网格');
});
