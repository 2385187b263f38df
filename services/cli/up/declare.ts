import { apply } from '../commands/apply.ts';
import type { Layout } from '../development/layout.ts';
import { openRegistryAs } from '../member.ts';

const quietly = (): void => undefined;

/** Declares the development authority's entities to a registry that has none yet; one that has goes on with what stands there. */
export const declareOnce = async (layout: Layout): Promise<void> => {
  const registry = await openRegistryAs(layout.operator);
  const declared = await registry
    .read()
    .then(({ entities }) => entities.some((text) => text.includes('"kind":"audit"')))
    .finally(() => registry.close());
  if (!declared) await apply({ as: layout.operator, file: [layout.entities], dryRun: false }, quietly);
};
