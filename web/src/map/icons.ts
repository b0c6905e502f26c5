/** Map signs, drawn on a canvas: the same drawing serves the map and the legend. */

import { due, facilityGroups, palette, risk, type DueClass, type RiskLevel } from './palette';

type Progress = 'open' | 'progress' | 'closed';
type Draw = (pen: CanvasRenderingContext2D) => void;

/** Pixels of a sign on screen; drawn at twice that for sharp screens. */
const SIZE = 34;
const RATIO = 2;

function canvasOf(draw: Draw, size = SIZE): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = size * RATIO;
  canvas.height = size * RATIO;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen !== null) {
    pen.scale(RATIO, RATIO);
    pen.translate(size / 2, size / 2);
    pen.lineJoin = 'round';
    draw(pen);
  }
  return canvas;
}

function shape(pen: CanvasRenderingContext2D, level: RiskLevel, r: number): void {
  pen.beginPath();
  switch (level) {
    case 'red':
      pen.moveTo(0, -r * 1.18);
      pen.lineTo(r * 1.18, 0);
      pen.lineTo(0, r * 1.18);
      pen.lineTo(-r * 1.18, 0);
      break;
    case 'orange':
      pen.moveTo(0, -r * 1.16);
      pen.lineTo(r * 1.16, r * 0.9);
      pen.lineTo(-r * 1.16, r * 0.9);
      break;
    case 'yellow':
      pen.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8);
      break;
    case 'blue':
      pen.arc(0, 0, r, 0, 2 * Math.PI);
      break;
  }
  pen.closePath();
}

function glyph(pen: CanvasRenderingContext2D, text: string, size: number, colour: string, dy = 0): void {
  pen.font = `600 ${size}px "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'alphabetic';
  pen.fillStyle = colour;
  const box = pen.measureText(text);
  pen.fillText(text, 0, (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2 + dy);
}

function badge(pen: CanvasRenderingContext2D): void {
  pen.save();
  pen.translate(10.5, -10.5);
  pen.beginPath();
  pen.arc(0, 0, 5.6, 0, 2 * Math.PI);
  pen.fillStyle = '#1c1c1c';
  pen.fill();
  pen.lineWidth = 1.2;
  pen.strokeStyle = '#ffffff';
  pen.stroke();
  glyph(pen, '!', 9, '#ffffff');
  pen.restore();
}

/** Open: filled with a firm outline. In progress: filled, dashed outline. Closed: hollow. */
function riskSign(level: RiskLevel, progress: Progress, overdue: boolean): Draw {
  const { fill, ink, numeral } = risk[level];
  const dy = level === 'orange' ? 2.2 : 0;
  return (pen) => {
    if (progress === 'closed') {
      shape(pen, level, 8);
      pen.fillStyle = '#ffffff';
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = level === 'yellow' ? '#a98700' : fill;
      pen.stroke();
      glyph(pen, numeral, 10, level === 'yellow' ? '#7a6200' : fill, dy);
      return;
    }
    shape(pen, level, 11.5);
    pen.fillStyle = '#ffffff';
    pen.fill();
    shape(pen, level, progress === 'open' ? 10 : 8.4);
    pen.fillStyle = fill;
    pen.fill();
    shape(pen, level, progress === 'open' ? 10 : 11);
    if (progress === 'progress') pen.setLineDash([3.4, 2.6]);
    pen.lineWidth = progress === 'open' ? 1.6 : 1.8;
    pen.strokeStyle = '#2b2b2b';
    pen.stroke();
    pen.setLineDash([]);
    glyph(pen, numeral, 11.5, ink, dy);
    if (overdue) badge(pen);
  };
}

const dueGlyph: Record<DueClass, string> = { overdue: '!', week: '7', later: '✓', unknown: '?' };

function dueSign(kind: DueClass): Draw {
  const { fill, ink } = due[kind];
  const r = kind === 'overdue' ? 10.5 : kind === 'week' ? 9.5 : 7.5;
  return (pen) => {
    pen.beginPath();
    if (kind === 'overdue') pen.roundRect(-r, -r, 2 * r, 2 * r, 4);
    else pen.arc(0, 0, r, 0, 2 * Math.PI);
    pen.fillStyle = kind === 'unknown' ? '#ffffff' : fill;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = kind === 'unknown' ? fill : '#ffffff';
    pen.stroke();
    glyph(pen, dueGlyph[kind], kind === 'overdue' ? 14 : 11, kind === 'unknown' ? '#5b5f64' : ink);
  };
}

function facilitySign(fill: string, text: string): Draw {
  return (pen) => {
    pen.beginPath();
    pen.roundRect(-10.5, -10.5, 21, 21, 6);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 1.8;
    pen.strokeStyle = '#ffffff';
    pen.stroke();
    glyph(pen, text, 13, '#ffffff');
  };
}

function caseSign(progress: Progress, overdue: boolean): Draw {
  return (pen) => {
    pen.beginPath();
    pen.roundRect(-9.5, -7.5, 19, 15, 3);
    pen.fillStyle = progress === 'closed' ? '#ffffff' : '#4b5a6a';
    pen.fill();
    if (progress === 'progress') pen.setLineDash([3, 2]);
    pen.lineWidth = 1.8;
    pen.strokeStyle = progress === 'closed' ? '#4b5a6a' : '#ffffff';
    pen.stroke();
    pen.setLineDash([]);
    glyph(pen, '案', 10.5, progress === 'closed' ? '#4b5a6a' : '#ffffff');
    if (overdue) badge(pen);
  };
}

/** Diagonal lines: "no data" is never the lowest colour. */
function hatch(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 16;
  canvas.height = 16;
  const pen = canvas.getContext('2d');
  if (pen !== null) {
    pen.fillStyle = '#f4f2ee';
    pen.fillRect(0, 0, 16, 16);
    pen.strokeStyle = '#8d8a84';
    pen.lineWidth = 1.6;
    for (const shift of [-16, 0, 16]) {
      pen.beginPath();
      pen.moveTo(shift - 2, 18);
      pen.lineTo(shift + 18, -2);
      pen.stroke();
    }
  }
  return canvas;
}

/** A sample of gathered signs, for the legend. */
function gatheredSign(colour: string): Draw {
  return (pen) => {
    pen.beginPath();
    pen.arc(0, 0, 13, 0, 2 * Math.PI);
    pen.fillStyle = '#fffdf8';
    pen.fill();
    pen.lineWidth = 2.6;
    pen.strokeStyle = colour;
    pen.stroke();
    glyph(pen, '12', 12, palette.ink);
  };
}

const SIGNS: Record<string, () => HTMLCanvasElement> = {
  hatch,
};

for (const level of Object.keys(risk) as RiskLevel[]) {
  for (const progress of ['open', 'progress', 'closed'] as const) {
    for (const overdue of [false, true]) {
      SIGNS[`risk-${level}-${progress}${overdue ? '-overdue' : ''}`] = () => canvasOf(riskSign(level, progress, overdue));
    }
  }
}
for (const level of Object.keys(risk) as RiskLevel[]) SIGNS[`gathered-risk-${level}`] = () => canvasOf(gatheredSign(risk[level].fill));
for (const kind of Object.keys(due) as DueClass[]) {
  SIGNS[`due-${kind}`] = () => canvasOf(dueSign(kind));
  SIGNS[`gathered-due-${kind}`] = () => canvasOf(gatheredSign(due[kind].fill));
}
for (const { fill, kinds } of Object.values(facilityGroups)) {
  for (const [kind, text] of Object.entries(kinds)) SIGNS[`facility-${kind}`] = () => canvasOf(facilitySign(fill, text));
}
SIGNS['facility-other'] = () => canvasOf(facilitySign('#55606b', '设'));
for (const progress of ['open', 'progress', 'closed'] as const) {
  SIGNS[`case-${progress}`] = () => canvasOf(caseSign(progress, false));
  SIGNS[`case-${progress}-overdue`] = () => canvasOf(caseSign(progress, true));
}

const drawn = new Map<string, HTMLCanvasElement>();

/** The drawing called `name`; `null` when there is no such sign. */
export function sign(name: string): HTMLCanvasElement | null {
  const ready = drawn.get(name);
  if (ready !== undefined) return ready;
  const canvas = SIGNS[name]?.() ?? null;
  if (canvas !== null) drawn.set(name, canvas);
  return canvas;
}

/** The drawing as an address for an `img`. */
export function signUrl(name: string): string {
  return sign(name)?.toDataURL() ?? '';
}

/** The drawing as the map takes it. */
export function signPixels(name: string): { data: ImageData; ratio: number } | null {
  const canvas = sign(name);
  const pen = canvas?.getContext('2d');
  if (canvas === null || pen === null || pen === undefined) return null;
  return { data: pen.getImageData(0, 0, canvas.width, canvas.height), ratio: RATIO };
}
