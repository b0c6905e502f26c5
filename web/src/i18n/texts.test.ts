import { expect, test } from 'vitest';

import { OVERLAYS, THEMES } from '../map/themes';
import { en } from './en';
import { zh } from './zh';

function keys(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) => (typeof value === 'string' ? [`${path}${key}`] : keys(value as object, `${path}${key}/`)));
}

function text(texts: object, path: string): string {
  return path.split('/').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], texts) as string;
}

function blanks(words: string): string[] {
  return [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').toSorted();
}

test('both languages have the same texts with the same blanks', () => {
  expect(keys(en)).toEqual(keys(zh));
  for (const path of keys(zh)) {
    expect(blanks(text(en, path)), path).toEqual(blanks(text(zh, path)));
  }
});

test('the Chinese texts are Chinese', () => {
  const names = new Set(['language', 'nearby/away', 'search/key']);
  for (const path of keys(zh).filter((path) => !names.has(path))) expect(text(zh, path), path).toMatch(/[\u4e00-\u9fff]/);
});

test('every theme, overlay and legend entry has its words', () => {
  for (const id of THEMES) expect(zh.theme).toHaveProperty(id);
  for (const { id, legend } of OVERLAYS) {
    expect(Object.keys(zh.overlay)).toContain(id);
    expect(Object.keys(zh.legendTitle)).toContain(id);
    for (const { key, code } of legend) if (code === undefined) expect(Object.keys(zh.legend)).toContain(key);
  }
});
