import { WaslError } from '../../kernel/codes.ts';
import { readRollover, verifyKeyRevocation } from '../../kernel/key-changes.ts';
import { type KeyHistory, verifyKeyHistory } from '../../kernel/key-history.ts';
import { type Primitives, type Thumbprint, thumbprint } from '../../kernel/keys.ts';
import { type Entity, type EntityOf, entityKey } from '../../kernel/registry.ts';
import { heldFor, rootIn, type Standing } from './standing.ts';

/** How far a rollover's time may lie from the registry's clock: it says when the new keys count. */
const CLOCK_MS = 5 * 60_000;

/**
 * Whether an agency's keys go on from what stands: nothing dropped or said twice, and each new statement by whom it says, dated now, and over keys that
 * nobody has. Other entities, and agencies that stood not, pass. Errors: `entity-outdated`, `key-statement-misplaced`, `key-statement-untimely`,
 * `rollover-waits`, `unknown-key`, `key-used-before`, `signature-invalid`, `pin-mismatch`, `malformed-message`, `wrong-type`.
 */
export const checkKeys = async (
  primitives: Primitives,
  standing: Standing,
  entity: Entity,
  nowMs: number,
): Promise<void> => {
  if (entity.kind !== 'agency') return;
  const before = heldFor(standing, entity);
  if (before === undefined) return;
  const { rollovers = [], revocations = [] } = before;
  const later = (entity.rollovers ?? []).slice(rollovers.length);
  const taken = (entity.revocations ?? []).slice(revocations.length);
  const agency = entity.id;
  const authority = rootIn(standing);
  const was = await verifyKeyHistory(primitives, before, authority);
  const is = await verifyKeyHistory(primitives, entity, authority);
  const dropped =
    rollovers.some((text, at) => entity.rollovers?.[at] !== text) ||
    revocations.some((text, at) => entity.revocations?.[at] !== text);
  if (dropped) throw new WaslError('entity-outdated', { entity: entityKey(entity) });
  if (later.length === 0 && taken.length === 0) return;

  const revoked = new Map(was.revoked);
  for (const text of taken) {
    const { key, sinceMs } = await verifyKeyRevocation(primitives, text, { agency, recovery: is.recovery, authority });
    if (!signingKeysOf(is).includes(key)) throw new WaslError('unknown-key', { agency });
    if (sinceMs > nowMs + CLOCK_MS) throw new WaslError('key-statement-untimely', { agency });
    // Whoever holds a certificate alone could say again what was said, until the record has no room for new keys.
    if (sinceMs >= (revoked.get(key) ?? Number.POSITIVE_INFINITY)) {
      throw new WaslError('entity-outdated', { entity: entityKey(entity) });
    }
    revoked.set(key, sinceMs);
  }
  const others = await othersKeys(primitives, standing, entity, authority);
  for (const [at, text] of later.entries()) {
    const { timeMs, signing, encryption, root } = readRollover(text);
    if (Math.abs(timeMs - nowMs) > CLOCK_MS) throw new WaslError('key-statement-untimely', { agency });
    const waiting = was.periods.at(-1)?.fromMs ?? 0;
    if (root === undefined && waiting > timeMs) {
      throw new WaslError('rollover-waits', { agency, from: new Date(waiting).toISOString() });
    }
    if (is.rollovers[rollovers.length + at]?.fromMs === undefined) throw new WaslError('unknown-key', { agency });
    const named = [thumbprint(signing), thumbprint(encryption)];
    // The recovery key may name the present keys once more: that puts aside what waits.
    const again = root !== undefined && was.periods.some((one) => thumbprint(one.signing) === named[0]);
    if (named.some((key) => others.has(key) || key === is.recovery || (!again && keysOf(was).includes(key)))) {
      throw new WaslError('key-used-before');
    }
  }
};

const signingKeysOf = ({ periods }: KeyHistory): readonly Thumbprint[] =>
  periods.map(({ signing }) => thumbprint(signing));
const keysOf = (history: KeyHistory): readonly Thumbprint[] => [
  ...signingKeysOf(history),
  ...history.periods.map(({ encryption }) => thumbprint(encryption)),
];

const othersKeys = async (
  primitives: Primitives,
  standing: Standing,
  { id }: EntityOf<'agency'>,
  authority: Thumbprint,
): Promise<ReadonlySet<Thumbprint>> => {
  const found = new Set<Thumbprint>();
  for (const entity of standing.values()) {
    if (entity.kind !== 'agency' || entity.id === id) continue;
    const history = await verifyKeyHistory(primitives, entity, authority);
    for (const key of [...keysOf(history), history.recovery]) found.add(key);
  }
  return found;
};
