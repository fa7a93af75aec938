import type { TFunction } from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../reasons/reason-text.ts';
import { type RegistryDirectory, useRegistryDirectory } from '../registry-directory.ts';
import type { KnownActivity } from './known-activity.ts';

/** What is the matter with a registry that is waited for. */
const troubleOf: Readonly<Record<string, 'unreachable' | 'silent' | 'full' | 'noWrites' | 'limited'>> = {
  'connection-refused': 'unreachable',
  unreachable: 'unreachable',
  unavailable: 'unreachable',
  'name-not-resolved': 'unreachable',
  timeout: 'silent',
  'disk-full': 'full',
  'read-only': 'noWrites',
  'rate-limited': 'limited',
};

export interface ActivityWords {
  /** One or two words. */
  readonly state: string;
  /** What is waited for, in a few; null of what does not wait. */
  readonly cause: string | null;
  /** The same in the words of the tasks themselves, and how many there are. */
  readonly long: string;
}

/** What open tasks do, in words. */
export function useActivityWords(): (activity: KnownActivity) => ActivityWords {
  const { t } = useTranslation('tasks');
  const reasonText = useReasonText();
  const { find } = useRegistryDirectory();
  return useCallback(
    (activity) => {
      const { kind, taskCount: count, reason } = activity;
      if (kind === 'running' || kind === 'queued') {
        const state = kind === 'queued' ? t('state.queued') : t('executionState.running');
        return { state, cause: null, long: `${state} · ${t('activity.tasks', { count })}` };
      }
      const cause = causeOf(activity, t, find);
      const long = [reason === null ? cause : reasonText(reason), t('activity.tasks', { count })].join(' · ');
      return { state: t(`activity.${kind}`), cause, long };
    },
    [t, reasonText, find],
  );
}

function causeOf(
  { kind, taskCount: count, reason, absent }: KnownActivity,
  t: TFunction<'tasks'>,
  find: RegistryDirectory['find'],
): string {
  if (absent !== undefined) return t('activity.cause.silent', { registry: absent });
  if (kind === 'held' || kind === 'paused') return t(`activity.cause.${kind}`, { count });
  const { registryId, registry: name } = reason?.params ?? {};
  const registry = registryId === undefined ? name : find(registryId).name;
  const trouble = kind === 'maintenance' ? kind : troubleOf[reason?.code ?? ''];
  if (trouble === undefined || registry === undefined) return t('activity.cause.retry', { count });
  return t(`activity.cause.${trouble}`, { registry });
}
