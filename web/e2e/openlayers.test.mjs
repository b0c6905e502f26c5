/** Another map library draws the GeoJSON tiles, from a page of another origin. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { build } from 'vite';

import { api, BASE, colours, launch, middle, near } from './driver.mjs';

let folder;
let server;
let browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minqing-openlayers-'));
  await build({ root: join(import.meta.dirname, 'openlayers'), configFile: false, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    try {
      const body = await readFile(join(folder, pathname === '/' ? 'index.html' : pathname));
      response.writeHead(200, { 'content-type': types[extname(pathname)] ?? 'text/html' }).end(body);
    } catch {
      response.writeHead(204).end();
    }
  });
  await new Promise((resolve) => {
    server.listen(Number(process.env.MINQING_OTHER_PORT ?? 0), '127.0.0.1', resolve);
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('OpenLayers draws houses, grids and risk points out of the GeoJSON tiles', async () => {
  const [compound] = (await api('/api/collections/compounds/items?limit=1')).features;
  const [lon, lat] = middle(compound);
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}/?server=${encodeURIComponent(BASE)}&lon=${lon}&lat=${lat}&zoom=16`);
  await page.locator('body[data-drawn="true"]').waitFor({ timeout: 60_000 });
  const counts = await colours(page, { x: 0, y: 0, width: 900, height: 700 });
  assert.ok(near(counts, '#3366cc', 2) > 2000, `houses: ${near(counts, '#3366cc', 2)} pixels`);
  assert.ok(near(counts, '#cc3300', 2) > 300, `grid lines: ${near(counts, '#cc3300', 2)} pixels`);
  const ids = JSON.parse((await page.locator('body').getAttribute('data-ids')) ?? '[]');
  const { features } = await api(`/api/collections/buildings/items?limit=1000&bbox=${lon - 0.001},${lat - 0.001},${lon + 0.001},${lat + 0.001}`);
  assert.ok(features.length > 0);
  for (const { id } of features) assert.ok(ids.includes(id), `house ${id} keeps its id`);
  assert.deepEqual(complaints, []);
});
