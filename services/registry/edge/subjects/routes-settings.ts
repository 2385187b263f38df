import { isObject } from '../../../kernel/fields.ts';
import type { RestCall } from '../../../platform/web/index.ts';
import { ALL_SUBJECTS, parseLevel, parseMode } from '../../domain/subjects.ts';
import type { LevelsAndModes } from '../../domain/subjects-settings.ts';
import { ok, subjectOf } from './answers.ts';
import { type DescribedRoute, ref } from './described.ts';

const member = ({ body }: RestCall, name: string): unknown => (isObject(body) ? body[name] : undefined);
const orAll = ({ query }: RestCall): boolean => query.get('defaultToGlobal') === 'true';
const QUERY = { defaultToGlobal: 'With true, what counts for the subject where nothing was set for it alone.' };
const SETS = [400, 413, 415, 422] as const;

/** Compatibility levels and modes, of all subjects and of one. */
export const settingsRoutes = (settings: LevelsAndModes): readonly DescribedRoute[] =>
  (['', '/:subject'] as const).flatMap((one): readonly DescribedRoute[] => {
    const of = one === '' ? 'all subjects that have none of their own' : 'one subject';
    const subjectIn = (call: RestCall): string => (one === '' ? ALL_SUBJECTS : subjectOf(call));
    const missing = one === '' ? ([] as const) : ([404, 422] as const);
    const query = one === '' ? {} : { query: QUERY };
    const clear: readonly DescribedRoute[] = [
      {
        method: 'DELETE',
        path: `/config${one}`,
        access: 'write',
        summary: `Takes the compatibility level of ${of} away; gives what it was.`,
        answer: ref('Level'),
        failures: [404, 422],
        handle: async (call) => ok({ compatibilityLevel: await settings.clearLevel(subjectIn(call)) }),
      },
      {
        method: 'DELETE',
        path: `/mode${one}`,
        access: 'write',
        summary: `Takes the mode of ${of} away; gives what it was.`,
        answer: ref('Mode'),
        failures: [404, 422],
        handle: async (call) => ok({ mode: await settings.clearMode(subjectIn(call)) }),
      },
    ];
    return [
      {
        method: 'GET',
        path: `/config${one}`,
        access: 'read',
        summary: `The compatibility level of ${of}.`,
        ...query,
        answer: ref('Level'),
        failures: missing,
        handle: async (call) => ok({ compatibilityLevel: await settings.level(subjectIn(call), orAll(call)) }),
      },
      {
        method: 'PUT',
        path: `/config${one}`,
        access: 'write',
        summary: `Sets the compatibility level of ${of}.`,
        body: 'NewLevel',
        answer: ref('NewLevelTaken'),
        failures: SETS,
        handle: async (call) => {
          const level = parseLevel(member(call, 'compatibility'));
          await settings.setLevel(subjectIn(call), level);
          return ok({ compatibility: level });
        },
      },
      {
        method: 'GET',
        path: `/mode${one}`,
        access: 'read',
        summary: `The mode of ${of}.`,
        ...query,
        answer: ref('Mode'),
        failures: missing,
        handle: async (call) => ok({ mode: await settings.mode(subjectIn(call), orAll(call)) }),
      },
      {
        method: 'PUT',
        path: `/mode${one}`,
        access: 'write',
        summary: `Sets the mode of ${of}.`,
        body: 'Mode',
        answer: ref('Mode'),
        failures: SETS,
        handle: async (call) => {
          const mode = parseMode(member(call, 'mode'));
          await settings.setMode(subjectIn(call), mode);
          return ok({ mode });
        },
      },
      ...clear,
    ];
  });
