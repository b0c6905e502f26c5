/** The language in use; Chinese unless the address or the reader says otherwise. */

import { ref } from 'vue';

export type Language = 'zh' | 'en';

export const language = ref<Language>('zh');
