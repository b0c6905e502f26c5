/** The texts in two languages. */

import { watch } from 'vue';
import { createI18n } from 'vue-i18n';

import { setApiLanguage } from '../api/client';
import { language } from '../state/language';
import { en } from './en';
import { zh } from './zh';

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh, en } });

export function translate(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values);
}

export function hasText(key: string): boolean {
  return i18n.global.te(key, 'zh');
}

watch(
  language,
  (now) => {
    i18n.global.locale.value = now;
    document.documentElement.lang = now === 'zh' ? 'zh-CN' : 'en';
    setApiLanguage(now);
  },
  { immediate: true },
);
