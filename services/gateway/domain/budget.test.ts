import { expect, test } from 'vitest';
import { makeBudget } from './budget.ts';

test('nobody holds more than the share of one, and all together no more than there is', () => {
  const budget = makeBudget({ inAll: 5, ofOne: 3 });
  const first = budget.take(['transport'], 3);
  expect(first).toBeDefined();
  expect(budget.take(['transport'], 1)).toBeUndefined();
  expect(budget.take(['health'], 3)).toBeUndefined();
  expect(budget.take(['health'], 2)).toBeDefined();
  expect(budget.held()).toBe(5);
});

test('what one party may not take, nobody takes with it', () => {
  const budget = makeBudget({ inAll: 10, ofOne: 3 });
  budget.take(['civil-status', 'transport'], 3);
  expect(budget.take(['health', 'transport'], 1)).toBeUndefined();
  expect(budget.take(['health'], 3)).toBeDefined();
});

test('an amount is given back once, however often that is said', () => {
  const budget = makeBudget({ inAll: 2, ofOne: 2 });
  const giveBack = budget.take(['transport'], 1);
  budget.take(['transport'], 1);
  giveBack?.();
  giveBack?.();
  expect(budget.held()).toBe(1);
  expect(budget.take(['transport'], 2)).toBeUndefined();
  expect(budget.take(['transport'], 1)).toBeDefined();
});
