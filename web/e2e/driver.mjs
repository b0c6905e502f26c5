/** What the browser tests share: a browser cut off from the network, and eyes for its pixels. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

export const BASE = (process.env.MINQING_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const DESKTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };

/** No name but the loopback resolves: whatever leaves the origin fails, and is told. */
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

export async function api(path) {
  const response = await fetch(BASE + path);
  assert.equal(response.status, 200, path);
  return response.json();
}

/** Tells the test whatever the Content-Security-Policy of a page refuses; a page cannot silence it. */
async function watchPolicy(context) {
  const refused = [];
  await context.exposeFunction('reportViolation', (what) => refused.push(what));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
      void window.reportViolation(`${violatedDirective} refused ${blockedURI} at ${sourceFile}:${lineNumber}`);
    }, true);
  });
  context.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) refused.push(message.text());
  });
  return refused;
}

/** A page for a test in which the server is made to fail, so that the console need not stay clean; the policy must hold all the same. */
export async function visit(browser, viewport, { language = 'zh-CN' } = {}) {
  const isPhone = viewport.width < 500;
  const context = await browser.newContext({ viewport, isMobile: isPhone, hasTouch: isPhone, locale: language, reducedMotion: 'reduce' });
  const refused = await watchPolicy(context);
  const page = await context.newPage();
  return {
    page,
    async close() {
      await context.close();
      assert.deepEqual(refused, [], 'the Content-Security-Policy refuses nothing');
    },
  };
}

/** A page that remembers every complaint of the console and every request to elsewhere. */
export async function open(browser, viewport, hash = '') {
  const { page, close } = await visit(browser, viewport);
  const complaints = [];
  const strangers = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/GPU stall|swiftshader/i.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(BASE).origin) strangers.push(request.url());
  });
  await page.goto(`${BASE}/${hash}`);
  await idle(page);
  return {
    page,
    /** Ends the visit; nothing may have been said or asked that should not have been. */
    async close() {
      await close();
      assert.deepEqual(complaints, [], 'the console stays clean');
      assert.deepEqual(strangers, [], 'no request leaves the origin');
    },
  };
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every rule of axe that the page breaks, each with the elements that do; best practices count. */
export async function accessibilityFaults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${id} (${help}): ${target.join(' ')} ${any.map(({ message }) => message).join('; ').slice(0, 160)}`));
}

/** What of the page is wider than the window, beyond a part that scrolls by itself. */
export async function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth <= clientWidth ? [] : [`the page is ${scrollWidth} wide in ${clientWidth}`];
  });
}

/** Waits until the map says it has nothing left to draw, twice in a row, so that a change in between is not missed. */
export async function idle(page) {
  for (let quiet = 0; quiet < 2; ) {
    await page.locator('#map[data-map-idle="true"]').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(250);
    quiet = (await page.locator('#map').getAttribute('data-map-idle')) === 'true' ? quiet + 1 : 0;
  }
}

/** Counts the colours of the page as they are on the screen: `#rrggbb` to how many pixels. */
export async function colours(page, clip) {
  const shot = await page.screenshot({ clip, animations: 'disabled' });
  const counts = await page.evaluate(async (encoded) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encoded}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const found = {};
    for (let i = 0; i < data.length; i += 4) {
      const colour = `#${[data[i], data[i + 1], data[i + 2]].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
      found[colour] = (found[colour] ?? 0) + 1;
    }
    return found;
  }, shot.toString('base64'));
  return new Map(Object.entries(counts));
}

function parts(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** How many pixels are within `slack` of `colour` in each part. */
export function near(counts, colour, slack = 3) {
  const wanted = parts(colour);
  let sum = 0;
  for (const [hex, n] of counts) if (parts(hex).every((part, i) => Math.abs(part - wanted[i]) <= slack)) sum += n;
  return sum;
}

/** How much two pictures differ: the share of pixels whose colour the other does not have as often. */
export function difference(a, b) {
  let moved = 0;
  let all = 0;
  for (const colour of new Set([...a.keys(), ...b.keys()])) {
    moved += Math.abs((a.get(colour) ?? 0) - (b.get(colour) ?? 0));
    all += (a.get(colour) ?? 0) + (b.get(colour) ?? 0);
  }
  return moved / all;
}

/** The part of the window where only the map is. */
export function mapOnly({ width, height }) {
  return width < 500 ? { x: 0, y: 170, width, height: 430 } : { x: 312, y: 70, width: width - 320, height: height - 120 };
}

/** The middle of a feature's box. */
export function middle(feature) {
  const box = boxOf(feature);
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

export function boxOf({ geometry }) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] === 'number') {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walk);
  };
  walk(geometry.coordinates);
  return box;
}

/** A place well inside the first polygon: on its middle line of latitude, half way between two crossings. */
export function inner({ geometry }) {
  const polygon = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates[0];
  const lats = polygon[0].map(([, lat]) => lat);
  const lat = (Math.min(...lats) + Math.max(...lats)) / 2 + 1e-9;
  const crossings = polygon
    .flatMap((ring) => ring.slice(1).flatMap((b, i) => {
      const a = ring[i];
      return a[1] > lat === b[1] > lat ? [] : [a[0] + ((lat - a[1]) / (b[1] - a[1])) * (b[0] - a[0])];
    }))
    .toSorted((a, b) => a - b);
  let best = [0, 0];
  for (let i = 0; i + 1 < crossings.length; i += 2) if (crossings[i + 1] - crossings[i] > best[1] - best[0]) best = [crossings[i], crossings[i + 1]];
  return [(best[0] + best[1]) / 2, lat];
}

/** One character for each initial, the first of its letter in the order of pinyin. */
const FIRSTS = [...'阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'];
const LETTERS = [...'abcdefghjklmnopqrstwxyz'];
const byPinyin = new Intl.Collator('zh-CN-u-co-pinyin');

/** The pinyin initials of a Chinese name; letters and digits stay. */
export function initials(name) {
  return [...name]
    .map((character) => {
      if (/[a-z0-9]/i.test(character)) return character.toLowerCase();
      const at = FIRSTS.findLastIndex((first) => byPinyin.compare(first, character) <= 0);
      return LETTERS[at] ?? '';
    })
    .join('');
}
