/** Where a Chinese name may go on in the next line: between its words, never within one. */

/** Words that close a name and do not begin a line: 社区, 路, 号楼. */
const CLOSING = /^(?:社区|小区|街道|新村|村|镇|乡|里|苑|路|街|巷|道|号|号楼|楼|栋|单元|网格|公司|院|厂|站|点|所|店|馆|室|厅|园|比|率|数|量|人|员|长|的|[）)】」”》，。、；：·—-]+)$/u;
const OPENING = /[（(【「“《]$/u;

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter('zh', { granularity: 'word' }) : null;

/** The parts of a text between which a line may end; one part where nothing is known of words. */
export function lineParts(text: string): string[] {
  if (segmenter === null || !/[\u4e00-\u9fff]/.test(text)) return [text];
  const parts: string[] = [];
  let wasSingle = false;
  for (const { segment } of segmenter.segment(text)) {
    const last = parts.at(-1);
    // single characters are mostly parts of a proper name
    const isSingle = /^[\u4e00-\u9fff]$/u.test(segment);
    const closes = CLOSING.test(segment) && last?.endsWith(segment) !== true;
    const belongs = last !== undefined && (closes || OPENING.test(last) || (isSingle && (wasSingle || [...last].length < 3)));
    if (belongs) parts[parts.length - 1] = last + segment;
    else parts.push(segment);
    wasSingle = isSingle && !closes;
  }
  return parts;
}

/** The text with marks that nobody sees where the map may break it. */
export function withBreaks(text: string): string {
  return lineParts(text).join('\u200b');
}
