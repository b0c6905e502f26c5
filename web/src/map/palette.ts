/** Every colour of the map. The base is quiet so that colour is left for meaning. */

export const palette = {
  paper: '#f5f2eb',
  veil: '#f5f2eb',
  land: {
    block: '#f0ece2',
    residential: '#f1ede4',
    commercial: '#f4eadf',
    campus: '#efe9d6',
    medical: '#f3e5e2',
    industrial: '#e9e6e2',
    plaza: '#efebe4',
    parking: '#ebebe8',
    sports: '#d3e4cd',
    green: '#dfead3',
    park: '#d5e6c8',
    other: '#f0ece4',
  },
  water: '#bcd7e6',
  waterLine: '#a3c6da',
  waterText: '#3d6f90',
  greenText: '#4c6f3d',
  road: { fill: '#ffffff', casing: '#d9d1c3', arterial: '#fffdf6', arterialCasing: '#cdc1ab', path: '#e6dfd2', text: '#6d655a' },
  rail: '#b9b3ab',
  building: { fill: '#ded5c8', line: '#c6baa9', chosen: '#b59a78', chosenLine: '#6e5534', number: '#5d5348' },
  subdistrict: { line: '#7b3f68', halo: '#e7d5e1' },
  community: { line: '#93688a', tint: '#e9dfe8', text: '#5f3557' },
  grid: { line: '#7d8b99', text: '#3d5166' },
  compound: { line: '#b49f83', text: '#5f4c33' },
  entrance: { fill: '#ffffff', line: '#5d5348' },
  halo: '#fffdf8',
  ink: '#22303b',
  accent: '#1d5f7f',
  chosen: '#0f5f8c',
  hover: '#e2711d',
  me: '#1a73d9',
} as const;

/** Records of a file that is being imported, by what becomes of them; and its faults. */
export const draft = { insert: '#0b7a75', update: '#b8621b', unchanged: '#6b7683', skip: '#6b7683', refused: '#a8122c' } as const;

/** Risk levels: the office's four colours; the numeral and the shape say the same without colour. */
export const risk = {
  red: { fill: '#cf1f24', ink: '#ffffff', numeral: '1', severity: 4 },
  orange: { fill: '#ec7a08', ink: '#ffffff', numeral: '2', severity: 3 },
  yellow: { fill: '#f7cf1d', ink: '#3c3000', numeral: '3', severity: 2 },
  blue: { fill: '#2868b0', ink: '#ffffff', numeral: '4', severity: 1 },
} as const;

export type RiskLevel = keyof typeof risk;
export const RISK_LEVELS: readonly RiskLevel[] = ['red', 'orange', 'yellow', 'blue'];

/** Inspection targets by when they are due; kept away from the risk colours. */
export const due = {
  overdue: { fill: '#8e1648', ink: '#ffffff', severity: 4 },
  week: { fill: '#b8621b', ink: '#ffffff', severity: 3 },
  later: { fill: '#2f7f77', ink: '#ffffff', severity: 2 },
  unknown: { fill: '#8b8f94', ink: '#ffffff', severity: 1 },
} as const;

export type DueClass = keyof typeof due;
export const DUE_CLASSES: readonly DueClass[] = ['overdue', 'week', 'later', 'unknown'];

/** Tints of grids: neighbours differ; the colour itself means nothing more. */
export const gridTints = ['#e3a857', '#7fb3a2', '#c98aa0', '#8fa6d4', '#b3ba6a', '#c39a7c'] as const;

/** Built year, oldest darkest: five steps whose lightness falls evenly, so they survive grey print. */
export const builtYear = [
  { key: 'y1980', below: 1981, fill: '#8c3b1f' },
  { key: 'y1990', below: 1991, fill: '#c46533' },
  { key: 'y2000', below: 2001, fill: '#e59c5c' },
  { key: 'y2010', below: 2011, fill: '#f3cb97' },
  { key: 'later', below: 9999, fill: '#fbeed5' },
] as const;

/** Stages of a renovation project, as the office speaks of them. */
export const stages = {
  reserve: { line: '#6b7683', phases: ['survey', 'application', 'consultation'] },
  planned: { line: '#2a6fb5', phases: ['planned', 'design', 'tender'] },
  works: { line: '#b0197e', phases: ['works'] },
  done: { line: '#2c7a4b', phases: ['completed', 'accepted', 'handed_over'] },
} as const;

export type Stage = keyof typeof stages;

/** Facility kinds in groups; one Chinese character stands for each kind on the map. */
export const facilityGroups = {
  governance: { fill: '#1d5f7f', kinds: { service_station: '社', party_centre: '党', work_station: '站', shelter: '避' } },
  care: { fill: '#b4531a', kinds: { elderly_care: '养', day_care: '照', canteen: '食' } },
  health: { fill: '#b3283f', kinds: { clinic: '医' } },
  safety: { fill: '#2f4a8c', kinds: { police_room: '警', police_post: '驿', rescue_station: '救', joint_defence: '防', video_point: '视', hydrant: '消' } },
  education: { fill: '#7a4a9c', kinds: { kindergarten: '幼', nursery: '托', primary_school: '小', middle_school: '中' } },
  living: { fill: '#3f7336', kinds: { market: '菜', toilet: '厕', waste_point: '圾' } },
  transport: { fill: '#55606b', kinds: { charging_station: '充', car_park: '停', bus_stop: '公', metro_station: '铁' } },
} as const;

export type FacilityGroup = keyof typeof facilityGroups;

/** System fonts only: nothing is fetched, and every one of these has the Chinese characters. */
export const FONT = ['PingFang SC, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif'];
/** The first name only says "bold" to the glyph drawer; the fonts after it are used. */
export const FONT_BOLD = ['Minqing Bold, PingFang SC, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif'];
