import { Command, Option } from 'commander';
import { COMPATIBILITY_MODES } from '../kernel/containment/index.ts';
import { collect, doesLater, withExample } from './speak.ts';

const onPublished = (name: string, summary: string, file: string, example: string): Command =>
  withExample(
    new Command(name)
      .description(summary)
      .argument('<file>', file)
      .option('--as <dir>', 'folder of the providing agency’s identity', 'identity')
      .option('--document <type>', 'the document type, where the file’s name does not say it')
      .option('--major <number>', 'its major, likewise', Number),
    example,
  );

/** What schemas of documents are put to. */
export const schema = new Command('schema').description('Document schemas and their versions.');
schema.addCommand(
  withExample(
    new Command('check')
      .description('Say whether a schema may follow older ones; where not, show a document that would break.')
      .argument('<schemas...>', 'files: the older versions, oldest first, and then the new one')
      .addOption(
        new Option('--mode <mode>', 'backward: the new version reads what the older one accepts; forward: the reverse')
          .choices(COMPATIBILITY_MODES)
          .default('backward'),
      )
      .option('--reference <uri=file>', 'a registered schema that $ref names; may be repeated', collect, []),
    'wasl schema check person.v1.json person.v2.json --mode full',
  ).action(doesLater(async () => (await import('./commands/schema.ts')).schemaCheck)),
);
schema.addCommand(
  onPublished(
    'publish',
    'Publish a document’s schema: frozen from then on.',
    'the schema, named <document>.v<major>.json',
    'wasl schema publish schemas/archives.extract.v1.json',
  ).action(doesLater(async () => (await import('./commands/schema-publish.ts')).schemaPublish)),
);
schema.addCommand(
  onPublished(
    'impact',
    'Say whom a changed schema would touch, and whose move is next.',
    'the new schema, named <document>.v<major>.json',
    'wasl schema impact schemas/archives.extract.v2.json',
  ).action(doesLater(async () => (await import('./commands/schema-publish.ts')).schemaImpact)),
);
