/**
 * Whether a number is a multiple of another; undefined where validators, which divide floating-point numbers, and arithmetic on what was
 * written may say different things.
 */
export const isMultiple = (value: number, of: number): boolean | undefined => {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return value % of === 0;
  if (of === 1)
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? true : Number.isInteger(value) ? undefined : false;
  const quotient = value / of;
  const divided = quotient === Number.parseInt(String(quotient), 10);
  return divided === exactMultiple(value, of) ? divided : undefined;
};

/** Whether every multiple of the one is a multiple of the other, for validators and for arithmetic alike. */
export const divides = (of: number, every: number): boolean => {
  if (of === every) return true;
  if (Number.isSafeInteger(of) && Number.isSafeInteger(every)) return every % of === 0;
  // A power of two changes no digit of a floating-point number.
  const ratio = every / of;
  return ratio > 1 && ratio <= 2 ** 52 && Number.isInteger(Math.log2(ratio)) && of * ratio === every;
};

/** The least common multiple of whole numbers; undefined beyond the numbers that are exact. */
export const leastCommon = (numbers: readonly number[]): number | undefined => {
  let least = 1;
  for (const n of numbers) {
    let [a, b] = [least, n];
    while (b !== 0) [a, b] = [b, a % b];
    least = (least / a) * n;
    if (!Number.isSafeInteger(least)) return undefined;
  }
  return least;
};

const exactMultiple = (value: number, of: number): boolean => {
  const [a, b] = [decimal(value), decimal(of)];
  const digits = Math.max(a.digits, b.digits);
  const scaled = ({ whole, digits: own }: Decimal): bigint => whole * 10n ** BigInt(digits - own);
  return scaled(a) % scaled(b) === 0n;
};

interface Decimal {
  readonly whole: bigint;
  /** How many of its digits stand behind the point. */
  readonly digits: number;
}

/** A number as it is written, shortest. */
const decimal = (value: number): Decimal => {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [before = '0', after = ''] = mantissa.split('.');
  const digits = after.length - Number(power);
  const whole = BigInt(before + after);
  return digits >= 0 ? { whole, digits } : { whole: whole * 10n ** BigInt(-digits), digits: 0 };
};
