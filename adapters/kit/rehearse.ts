import { WaslError } from '../../services/kernel/codes.ts';
import { schemaDigest } from '../../services/kernel/copy.ts';
import { isObject } from '../../services/kernel/fields.ts';
import { isClaimName } from '../../services/kernel/sdjwt.ts';
import { type JsonObject, parseStrictJson } from '../../services/kernel/strict-json.ts';
import { compileSchema } from '../../services/platform/validate/index.ts';

/**
 * What is wrong with a document by the text of its schema, as places in it: what the kit would refuse when it answers. For an adapter's own
 * tests. A text that is no schema is `config-invalid`.
 */
export const problemsOf = (schemaText: string, document: Readonly<Record<string, unknown>>): readonly string[] => {
  const schema = parseStrictJson(schemaText);
  if (!isObject(schema)) throw new WaslError('config-invalid', { what: 'a document schema is a JSON object' });
  const unsayable = Object.keys(document).filter((name) => !isClaimName(name));
  return [
    ...compileSchema(schemaDigest(schema), schema).document(document as JsonObject),
    ...unsayable.map((name) => `/${name} is reserved, and never disclosed`),
  ];
};
