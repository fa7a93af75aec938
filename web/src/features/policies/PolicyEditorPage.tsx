import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { policyQuery } from '../../domain/policy/policy-changes.ts';
import { usePolicyRights } from '../../domain/policy/policy-rights.ts';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import styles from './policies.module.css';
import { PolicyEditor } from './PolicyEditor.tsx';
import { PolicyMissing } from './PolicyMissing.tsx';

export function NewPolicyPage() {
  const { t } = useTranslation('policies');
  const [search] = useSearchParams();
  return (
    <Page title={t('editor.newTitle')} above={<Breadcrumbs links={[{ label: t('title'), to: paths.policies() }]} />}>
      <PolicyEditor project={search.get('project') ?? ''} />
    </Page>
  );
}

export function EditPolicyPage() {
  const { t } = useTranslation('policies');
  const { policyId = '' } = useParams();
  const { data: policy, error, refetch } = useQuery(policyQuery(policyId));
  const { mayManage, isKnown } = usePolicyRights(policy === undefined ? [] : [policy]);
  if (policy === undefined) {
    return error === null ? (
      <Page title={t('title')}>
        <div className={styles['skeleton']} aria-busy="true" />
      </Page>
    ) : (
      <PolicyMissing error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <Page
      title={t('editor.editTitle', { name: policy.name })}
      above={
        <Breadcrumbs
          links={[
            { label: t('title'), to: paths.policies() },
            { label: policy.name, to: paths.policy(policyId) },
          ]}
        />
      }
      facts={policy.project === null ? t('systemWide') : t('ofProject', { project: policy.project })}
    >
      {mayManage(policy) ? (
        <PolicyEditor key={policyId} policy={policy} />
      ) : isKnown ? (
        <EmptyState title={t('editor.mayNot')} />
      ) : (
        <div className={styles['skeleton']} aria-busy="true" />
      )}
    </Page>
  );
}
