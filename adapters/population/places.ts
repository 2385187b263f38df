import type { Bilingual } from './types.ts';

/** A governorate of Jordan (a fact), by its ISO 3166-2 code. */
export interface Governorate extends Bilingual {
  readonly code: string;
}

/** A town with a civil registry office and a traffic office; the office codes are invented. */
export interface Town extends Bilingual {
  readonly code: string;
  readonly governorate: string;
  /** How often people of the invented population live here, relative to the others. */
  readonly weight: number;
}

export const GOVERNORATES: readonly Governorate[] = [
  { code: 'JO-AM', ar: 'العاصمة', en: 'Amman' },
  { code: 'JO-BA', ar: 'البلقاء', en: 'Balqa' },
  { code: 'JO-AZ', ar: 'الزرقاء', en: 'Zarqa' },
  { code: 'JO-MD', ar: 'مأدبا', en: 'Madaba' },
  { code: 'JO-IR', ar: 'إربد', en: 'Irbid' },
  { code: 'JO-MA', ar: 'المفرق', en: 'Mafraq' },
  { code: 'JO-JA', ar: 'جرش', en: 'Jerash' },
  { code: 'JO-AJ', ar: 'عجلون', en: 'Ajloun' },
  { code: 'JO-KA', ar: 'الكرك', en: 'Karak' },
  { code: 'JO-AT', ar: 'الطفيلة', en: 'Tafilah' },
  { code: 'JO-MN', ar: 'معان', en: "Ma'an" },
  { code: 'JO-AQ', ar: 'العقبة', en: 'Aqaba' },
];

export const TOWNS: readonly Town[] = [
  { code: '101', governorate: 'JO-AM', ar: 'عمّان', en: 'Amman', weight: 24 },
  { code: '102', governorate: 'JO-AM', ar: 'وادي السير', en: 'Wadi as-Seer', weight: 9 },
  { code: '103', governorate: 'JO-AM', ar: 'سحاب', en: 'Sahab', weight: 5 },
  { code: '104', governorate: 'JO-AM', ar: 'ناعور', en: "Na'ur", weight: 4 },
  { code: '201', governorate: 'JO-BA', ar: 'السلط', en: 'Salt', weight: 4 },
  { code: '202', governorate: 'JO-BA', ar: 'عين الباشا', en: 'Ain al-Basha', weight: 2 },
  { code: '301', governorate: 'JO-AZ', ar: 'الزرقاء', en: 'Zarqa', weight: 9 },
  { code: '302', governorate: 'JO-AZ', ar: 'الرصيفة', en: 'Russeifa', weight: 5 },
  { code: '401', governorate: 'JO-MD', ar: 'مأدبا', en: 'Madaba', weight: 2 },
  { code: '501', governorate: 'JO-IR', ar: 'إربد', en: 'Irbid', weight: 12 },
  { code: '502', governorate: 'JO-IR', ar: 'الرمثا', en: 'Ramtha', weight: 4 },
  { code: '503', governorate: 'JO-IR', ar: 'دير أبي سعيد', en: "Deir Abi Sa'id", weight: 2 },
  { code: '601', governorate: 'JO-MA', ar: 'المفرق', en: 'Mafraq', weight: 5 },
  { code: '701', governorate: 'JO-JA', ar: 'جرش', en: 'Jerash', weight: 2 },
  { code: '801', governorate: 'JO-AJ', ar: 'عجلون', en: 'Ajloun', weight: 2 },
  { code: '901', governorate: 'JO-KA', ar: 'الكرك', en: 'Karak', weight: 2 },
  { code: '902', governorate: 'JO-KA', ar: 'المزار الجنوبي', en: 'Al-Mazar al-Janoubi', weight: 1 },
  { code: '951', governorate: 'JO-AT', ar: 'الطفيلة', en: 'Tafilah', weight: 1 },
  { code: '961', governorate: 'JO-MN', ar: 'معان', en: "Ma'an", weight: 1 },
  { code: '962', governorate: 'JO-MN', ar: 'وادي موسى', en: 'Wadi Musa', weight: 1 },
  { code: '971', governorate: 'JO-AQ', ar: 'العقبة', en: 'Aqaba', weight: 2 },
];

/** Town codes, each as often as its weight says: what a draw picks from. */
export const TOWN_CODES_BY_WEIGHT: readonly string[] = TOWNS.flatMap((t) => Array<string>(t.weight).fill(t.code));

const townByCode = new Map(TOWNS.map((t) => [t.code, t]));

/** The town with this code; an unknown code is a programming error and throws. */
export function townOf(code: string): Town {
  const town = townByCode.get(code);
  if (town === undefined) throw new RangeError(`no town ${code}`);
  return town;
}
