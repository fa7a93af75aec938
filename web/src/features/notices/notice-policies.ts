import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { allPolicies } from '../../domain/policy/all-policies.ts';
import type { NoticePlace } from './notices-queries.ts';

/** The policies that notices can be about, as far as the reader may see them. */
export function useNoticePolicies() {
  const { t } = useTranslation('notices');
  const { data: policies = [], isPending } = useQuery(allPolicies);
  const find = (policyId: string) => policies.find(({ id }) => id === policyId);
  return {
    isKnown: (policyId: string) => find(policyId) !== undefined,
    /** `''` is everything that is copied. */
    nameOf: (policyId: string): string => {
      if (policyId === '') return t('allCopies');
      return find(policyId)?.name ?? (isPending ? '…' : t('unknownPolicy'));
    },
    /** Those that copy something of the place. One of another project never does. */
    choicesFor: (place: NoticePlace) =>
      policies.filter(({ project }) => place === undefined || project === null || project === place),
  };
}
