/** Who may name whom; read from the sources themselves. */
import { expect, test } from 'vitest';

const sources = import.meta.glob<string>(['./**/*.ts', './**/*.vue', '!./**/*.test.ts'], { query: '?raw', import: 'default', eager: true });
const files = Object.entries(sources).map(([path, text]) => ({ name: path.slice(2), text }));

function imports({ name, text }: { name: string; text: string }): string[] {
  return [...text.matchAll(/(?:from|import) '([^']+)'/g)].map(([, path = '']) => (path.startsWith('.') ? new URL(path, `file:///${name}`).pathname.slice(1) : path));
}

test('there are sources to read', () => {
  expect(files.length).toBeGreaterThan(40);
});

test('only map/ names the map library', () => {
  const users = files.filter((file) => imports(file).some((path) => path.startsWith('maplibre-gl'))).map(({ name }) => name.split('/')[0]);
  expect(new Set(users)).toEqual(new Set(['map']));
});

test('geo and api know nothing of the map, the state and the panels; map and layers know no state and no panel', () => {
  const allowed: Record<string, string[]> = { geo: ['geo', 'api'], api: ['api'], layers: ['layers', 'map'], map: ['map', 'layers', 'geo', 'api'], state: ['state', 'map', 'geo', 'api', 'i18n'] };
  for (const file of files) {
    const folder = file.name.split('/')[0] ?? '';
    for (const path of imports(file).filter((path) => /^(geo|api|layers|map|state|panels|i18n)\//.test(path))) {
      if (allowed[folder] !== undefined) expect(allowed[folder], `${file.name} names ${path}`).toContain(path.split('/')[0]);
    }
  }
});

test('files stay under 400 lines', () => {
  for (const { name, text } of files) expect(text.split('\n').length, name).toBeLessThan(400);
});

test('no address of another origin is written anywhere', () => {
  for (const { name, text } of files) expect(text.match(/https?:\/\/(?!www\.w3\.org)[a-z0-9]/i), name).toBeNull();
});
