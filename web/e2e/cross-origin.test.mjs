/** A page of another site, and one whose name was rebound to this machine: neither reads what is not public nor changes anything. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { api, BASE } from './driver.mjs';

const PORT = new URL(BASE).port;
const REBOUND = `http://rebind.example:${PORT}`;
const PAGE = '<!doctype html><title>another site</title><body>';

let browser;
let server;
let sites;

before(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  // another site, another port of the same machine, another name of it
  sites = [`http://other.example:${port}`, `http://127.0.0.1:${port}`, `http://localhost:${port}`];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests', '--host-resolver-rules=MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
  });
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** All that a change of any kind would alter. */
async function state() {
  const [ready, imports, profiles, point] = await Promise.all(['/health/ready', '/api/imports', '/api/import-profiles', '/api/collections/risk_points/items/3'].map(api));
  return { revision: ready.revision, layers: ready.layers, imports: imports.imports, profiles: profiles.profiles, point };
}

/** In the page: tries everything a page can, and says what it got. */
async function attack(base) {
  const got = {};
  const attempt = async (name, path, init = {}) => {
    try {
      const response = await fetch(base + path, init);
      const text = await response.text();
      got[name] = response.ok ? text.slice(0, 200) : '';
    } catch {
      got[name] = '';
    }
  };
  const changes = JSON.stringify({ changes: [{ op: 'delete', layer: 'risk_points', id: 3, revision: '*' }] });
  const json = { 'content-type': 'application/json' };
  const upload = new FormData();
  upload.append('layer', 'facilities');
  upload.append('file', new Blob(['code,name,lon,lat\nx1,A,108.95,34.22\n']), 'a.csv');
  await attempt('households', '/api/collections/households/items?limit=1');
  await attempt('cases', '/api/collections/cases/items?limit=1');
  await attempt('risk tiles', '/tiles/risk_points/14/13151/6532.geojson');
  await attempt('versions', '/api/collections/risk_points/items/3/versions');
  await attempt('locate', '/api/locate?lon=108.95&lat=34.22');
  await attempt('search', '/api/search?q=a');
  await attempt('imports', '/api/imports');
  await attempt('opaque read', '/api/collections/households/items?limit=1', { mode: 'no-cors' });
  await attempt('spoofed', '/api/collections/households/items?limit=1', { headers: { 'x-forwarded-host': '127.0.0.1', 'minqing-request': '1' } });
  await attempt('text', '/api/changes', { method: 'POST', mode: 'no-cors', body: changes });
  await attempt('typeless', '/api/changes', { method: 'POST', mode: 'no-cors', body: new Blob([changes]) });
  await attempt('post', '/api/changes', { method: 'POST', headers: json, body: changes });
  await attempt('own header', '/api/changes', { method: 'POST', headers: { ...json, 'minqing-request': '1' }, body: changes });
  await attempt('undo', '/api/changes/1/undo', { method: 'POST', mode: 'no-cors' });
  await attempt('upload', '/api/imports', { method: 'POST', mode: 'no-cors', body: upload });
  await attempt('put', '/api/collections/risk_points/items/3', { method: 'PUT', headers: { ...json, 'if-match': '*' }, body: '{}' });
  await attempt('patch', '/api/collections/risk_points/items/3', { method: 'PATCH', headers: { ...json, 'if-match': '*' }, body: '{"properties":{"name":"x"}}' });
  await attempt('delete', '/api/collections/risk_points/items/3', { method: 'DELETE', headers: { 'if-match': '*' } });
  await attempt('profile', '/api/import-profiles/a', { method: 'PUT', headers: json, body: '{}' });
  got.events = await new Promise((resolve) => {
    const source = new EventSource(`${base}/api/events`);
    source.addEventListener('open', () => resolve('open'));
    source.addEventListener('error', () => resolve(''));
    setTimeout(() => resolve(''), 5_000);
  });
  // what needs no script of the page: pictures, scripts, frames, forms
  const loaded = (element, attribute, path) =>
    new Promise((resolve) => {
      element[attribute] = base + path;
      element.addEventListener('load', () => resolve(true));
      element.addEventListener('error', () => resolve(false));
      setTimeout(() => resolve(false), 5_000);
      document.body.append(element);
    });
  got.picture = (await loaded(new Image(), 'src', '/api/collections/households/items?limit=1')) ? 'loaded' : '';
  got.script = (await loaded(document.createElement('script'), 'src', '/api/catalogue')) ? 'loaded' : '';
  const frame = document.createElement('iframe');
  await loaded(frame, 'src', '/');
  try {
    got.frame = frame.contentDocument?.querySelector('#app') ? 'read' : '';
  } catch {
    got.frame = '';
  }
  for (const [path, type, name, value] of [
    ['/api/changes', 'text/plain', '{"changes":[{"op":"delete","layer":"risk_points","id":3,"revision":"*","x":"', '"}]}'],
    ['/api/changes/1/undo', 'application/x-www-form-urlencoded', 'a', 'b'],
    ['/api/imports?layer=facilities', 'multipart/form-data', 'crs', ''],
  ]) {
    const target = document.createElement('iframe');
    target.name = `target${Math.random()}`;
    const sent = document.createElement('form');
    Object.assign(sent, { action: base + path, method: 'post', enctype: type, target: target.name });
    const field = document.createElement('input');
    Object.assign(field, { name, value });
    sent.append(field);
    document.body.append(target, sent);
    sent.submit();
    await new Promise((resolve) => {
      target.addEventListener('load', resolve);
      setTimeout(resolve, 3_000);
    });
  }
  return got;
}

test('a page of another origin reads what is public and nothing else, and changes nothing', async () => {
  const then = await state();
  for (const site of sites) {
    const page = await browser.newPage();
    await page.goto(site);
    const got = await page.evaluate(attack, BASE);
    for (const [name, text] of Object.entries(got)) assert.equal(text, '', `${site}: ${name}`);
    const open = await page.evaluate(async (base) => {
      const [tile, items] = await Promise.all(['/tiles/grids/14/13151/6532.geojson', '/api/collections/grids/items?limit=1'].map((path) => fetch(base + path)));
      return [tile.status, (await items.json()).features.length];
    }, BASE);
    assert.deepEqual(open, [200, 1], site);
    await page.close();
  }
  assert.deepEqual(await state(), then);
});

test('a page whose name was rebound to this machine is of no use', async () => {
  const then = await state();
  const page = await browser.newPage();
  // the page came from the other machine; all that it asks for afterwards comes here
  await page.route(`${REBOUND}/evil`, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.goto(`${REBOUND}/evil`);
  const got = await page.evaluate(attack, REBOUND);
  for (const [name, text] of Object.entries(got)) assert.equal(text, '', name);
  const statuses = await page.evaluate(async () => {
    const paths = ['/', '/api', '/tiles/grids.json', '/api/collections/households/items?limit=1'];
    return Promise.all(paths.map(async (path) => (await fetch(path)).status));
  });
  assert.deepEqual(statuses, [421, 421, 421, 421]);
  await page.close();
  assert.deepEqual(await state(), then);
});
