/** 检查任务: what has to be visited, and when. */

import { due, DUE_CLASSES } from '../palette';
import { gatheredLayers } from './points';
import type { Overlay } from './theme';

export const inspectionTargets: Overlay = {
  id: 'inspection_targets',
  layers: gatheredLayers(
    'inspection_targets',
    DUE_CLASSES.map((kind) => ({ severity: due[kind].severity, colour: due[kind].fill, sign: `due-${kind}`, key: `due-${kind}` })),
  ),
  legend: [
    ...DUE_CLASSES.map((kind) => ({ key: `due-${kind}`, swatch: { kind: 'sign', name: `due-${kind}` } as const })),
    { key: 'inspection_targets-gathered', swatch: { kind: 'sign', name: 'gathered-due-overdue' } },
  ],
};
