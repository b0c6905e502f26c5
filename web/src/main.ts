import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-switch.css';
import 'element-plus/theme-chalk/el-tree.css';
import './styles.css';

import { createApp } from 'vue';

import App from './App.vue';
import { i18n } from './i18n';

createApp(App).use(i18n).mount('#app');
