/** Values as people read them: codes in words, numbers with units, days as days. */

import type { Field, Properties } from '../api/types';
import { translate } from '../i18n';
import { codeTitle, layerInfo, today } from '../state/catalogue';
import { beijingMinute, dayOf, daysUntil } from '../state/dates';
import { language } from '../state/language';
import { dueClass, overdueDays, progressOf } from '../state/matters';

function number(value: number, digits = 1): string {
  return value.toLocaleString(language.value === 'zh' ? 'zh-CN' : 'en', { maximumFractionDigits: digits });
}

function quantity(name: string, value: number): string {
  if (name.endsWith('_ratio')) return `${number(value * 100)}%`;
  if (name.endsWith('_year')) return translate('unit.year') === '' ? String(value) : `${value} ${translate('unit.year')}`;
  if (name.endsWith('_yuan')) {
    return value >= 10_000 ? `${number(value / 10_000)} ${translate('unit.wan')}` : `${number(value)} ${translate('unit.yuan')}`;
  }
  const unit = ['m2', 'm', 'days'].find((suffix) => name.endsWith(`_${suffix}`));
  return unit === undefined ? number(value) : `${number(value)} ${translate(`unit.${unit}`)}`;
}

/** One attribute; `null` when it has no value. */
export function attributeText(layer: string, field: Field, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  switch (field.type) {
    case 'code':
      return codeTitle(layer, field.name, value);
    case 'boolean':
      return translate(value === true ? 'attribute.yes' : 'attribute.no');
    case 'date':
      return dayOf(value) ?? String(value);
    case 'time': {
      const moment = new Date(String(value));
      return Number.isNaN(moment.getTime()) ? String(value) : beijingMinute(moment);
    }
    case 'integer':
    case 'real':
      return typeof value === 'number' ? quantity(field.name, value) : String(value);
    case 'text':
      return String(value);
  }
}

/** What to call a feature: its name, or its layer and code. */
export function nameOf(layer: string, properties: Properties): string {
  const { name, code, kind } = properties;
  if (typeof name === 'string' && name !== '') return name;
  const known = typeof kind === 'string' && layerInfo(layer)?.fields.some((field) => field.name === 'kind' && field.type === 'code') === true;
  if (known) return codeTitle(layer, 'kind', kind);
  return typeof code === 'string' ? code : '';
}

export function distanceText(metres: unknown): string {
  if (typeof metres !== 'number') return '';
  if (metres < 1000) return translate('distance.m', { n: Math.round(metres) });
  return translate('distance.km', { n: number(metres / 1000) });
}

export interface Tag {
  text: string;
  tone: 'plain' | 'alarm' | 'soon' | 'done';
}

/** "逾期 3 天", "还有 5 天": how a matter stands against its day. */
export function dueTag(properties: Properties): Tag | null {
  if (properties['status'] !== undefined && progressOf(properties['status']) === 'closed') return null;
  const late = overdueDays(properties, today.value);
  if (late > 0) return { text: translate('overdueDays', { n: late }), tone: 'alarm' };
  const day = dayOf(properties['deadline'] ?? properties['next_due']);
  if (day === null) return null;
  const left = daysUntil(day, today.value);
  return { text: left === 0 ? translate('dueToday') : translate('dueIn', { n: left }), tone: left <= 7 ? 'soon' : 'plain' };
}

/** Short facts under the title. */
export function tagsOf(layer: string, properties: Properties): Tag[] {
  const tags: Tag[] = [];
  for (const name of ['level', 'kind', 'dedicated_kind', 'status', 'phase', 'use']) {
    const field = layerInfo(layer)?.fields.find((candidate) => candidate.name === name);
    const text = field === undefined ? null : attributeText(layer, field, properties[name]);
    if (text !== null) tags.push({ text, tone: name === 'status' && progressOf(properties['status']) === 'closed' ? 'done' : 'plain' });
  }
  const tag = dueTag(properties);
  if (tag !== null) tags.push(tag);
  return tags;
}

/** The map sign of a feature, for lists. */
export function signOf(layer: string, properties: Properties): string | null {
  const late = overdueDays(properties, today.value) > 0 ? '-overdue' : '';
  const progress = progressOf(properties['status']);
  switch (layer) {
    case 'risk_points':
      return `risk-${String(properties['level'])}-${progress}${late}`;
    case 'cases':
      return `case-${progress}${late}`;
    case 'inspection_targets':
      return `due-${dueClass(properties['next_due'], today.value)}`;
    case 'facilities':
      return `facility-${String(properties['kind'])}`;
    default:
      return null;
  }
}
