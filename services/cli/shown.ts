import { WaslError } from '../kernel/codes.ts';
import { isObject } from '../kernel/fields.ts';
import { type Entity, type EntityOf, parseEntity } from '../kernel/registry.ts';
import { parseStrictJson } from '../kernel/strict-json.ts';
import type { RegistryConnection } from '../platform/rpc/index.ts';

/** What the registry shows whoever is connected, and its version. */
export const shownBy = async (
  registry: RegistryConnection,
): Promise<{ readonly entities: readonly Entity[]; readonly version: number }> => {
  const { entities, version } = await registry.read();
  return { entities: entities.map(entityIn), version: Number(version) };
};

const entityIn = (text: string): Entity => {
  const value = parseStrictJson(text);
  return parseEntity(isObject(value) ? value : {});
};

/** The first entity of a kind of which this is true. */
export const findEntity = <K extends Entity['kind']>(
  entities: readonly Entity[],
  kind: K,
  is: (entity: EntityOf<K>) => boolean,
): EntityOf<K> | undefined =>
  entities.find((entity): entity is EntityOf<K> => entity.kind === kind && is(entity as EntityOf<K>));

/** Error: `unknown-agency`. */
export const agencyIn = (entities: readonly Entity[], id: string): EntityOf<'agency'> => {
  const found = findEntity(entities, 'agency', (agency) => agency.id === id);
  if (found === undefined) throw new WaslError('unknown-agency', { agency: id });
  return found;
};

/** Error: `agreement-unknown`. */
export const agreementIn = (entities: readonly Entity[], id: string): EntityOf<'agreement'> => {
  const found = findEntity(entities, 'agreement', (agreement) => agreement.id === id);
  if (found === undefined) throw new WaslError('agreement-unknown', { agreement: id });
  return found;
};
