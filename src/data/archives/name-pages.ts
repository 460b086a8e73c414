/**
 * Owns reading names in a zip that are not marked as UTF-8. They are then in whatever code page the machine had that packed
 * them, which nothing tells: UTF-8 where they are valid as such, else the page in which they read as names. Bytes that
 * differ stay different in each.
 *
 * @see APPNOTE.TXT, appendix D
 */

/** The upper halves of the pages that no browser knows; IBM's first is the one that zips go by. */
const UPPER_HALVES = {
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  cp850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
} as const;

/** Pages that can be named, with where they are from. */
export const NAME_PAGES = [
  { value: 'cp437', label: 'Western (DOS, cp437)' },
  { value: 'cp850', label: 'Western European (DOS, cp850)' },
  { value: 'windows-1252', label: 'Western (Windows-1252)' },
  { value: 'ibm866', label: 'Cyrillic (DOS, cp866)' },
  { value: 'gb18030', label: 'Chinese, simplified (GBK)' },
  { value: 'big5', label: 'Chinese, traditional (Big5)' },
  { value: 'shift_jis', label: 'Japanese (Shift JIS)' },
  { value: 'euc-kr', label: 'Korean (EUC-KR)' },
] as const;

export type NamePage = (typeof NAME_PAGES)[number]['value'];

/** Reads bytes in a page. */
export function readInPage(bytes: Uint8Array, page: NamePage): string {
  if (page !== 'cp437' && page !== 'cp850') return new TextDecoder(page).decode(bytes);
  return Array.from(bytes, (byte) =>
    byte < 128 ? String.fromCharCode(byte) : UPPER_HALVES[page][byte - 128]!,
  ).join('');
}

/** Whether bytes mean the same in every page. */
export const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 128);

/** The text if bytes are valid UTF-8, else null. */
export function readUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** The page in which names read as such: by the letters that they have in it. */
export function guessPage(names: readonly Uint8Array[]): NamePage {
  const odd = names.filter((name) => !isAscii(name));
  if (isBetweenLetters(odd)) {
    const latin = (page: NamePage): number => countOf(odd, page, /\p{Script=Latin}/gu);
    const pages = ['cp437', 'cp850', 'windows-1252'] as const;
    return pages.reduce((best, page) => (latin(page) > latin(best) ? page : best));
  }
  if (odd.every((name) => hasPairs(name, [0xb0, 0xf7], [0xa1, 0xfe]))) return 'gb18030';
  if (
    odd.every((name) =>
      /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{ASCII}]*$/u.test(
        readInPage(name, 'shift_jis'),
      ),
    )
  )
    return 'shift_jis';
  if (odd.every((name) => /^[\p{Script=Cyrillic}\p{ASCII}]*$/u.test(readInPage(name, 'ibm866'))))
    return 'ibm866';
  return 'cp437';
}

/** Whether most of the odd bytes stand beside plain letters, as accented ones do, and not in words of their own. */
function isBetweenLetters(names: readonly Uint8Array[]): boolean {
  let [beside, runs] = [0, 0];
  for (const name of names) {
    for (const [run] of String.fromCharCode(...name).matchAll(/[a-z]?[\x80-\xff]+[a-z]?/giu)) {
      runs += 1;
      if (/[a-z]/iu.test(run) && run.replace(/[a-z]/giu, '').length < 3) beside += 1;
    }
  }
  return beside * 2 >= runs;
}

function countOf(names: readonly Uint8Array[], page: NamePage, letter: RegExp): number {
  return names.reduce((sum, name) => sum + (readInPage(name, page).match(letter)?.length ?? 0), 0);
}

/** Whether all odd bytes come in pairs within a page's common characters. */
function hasPairs(
  name: Uint8Array,
  lead: readonly [number, number],
  trail: readonly [number, number],
): boolean {
  for (let at = 0; at < name.length; at += 1) {
    if (name[at]! < 128) continue;
    const [first, second] = [name[at]!, name[at + 1] ?? 0];
    if (first < lead[0] || first > lead[1] || second < trail[0] || second > trail[1]) return false;
    at += 1;
  }
  return true;
}
