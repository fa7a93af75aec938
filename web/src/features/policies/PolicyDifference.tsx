import type { PolicyContent } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import styles from './policies.module.css';
import { differingFacts, usePolicyFacts } from './policy-facts.ts';

interface Side {
  name: string;
  content: PolicyContent;
}

interface PolicyDifferenceProps {
  before: Side;
  after: Side;
  /** Where they say the same. */
  same: string;
}

/** What two versions say differently, in words. */
export function PolicyDifference({ before, after, same }: PolicyDifferenceProps) {
  const { t } = useTranslation('policies');
  const earlier = usePolicyFacts(before.content);
  const later = usePolicyFacts(after.content);
  const rows = [
    ...(before.name === after.name ? [] : [{ key: 'name' as const, before: before.name, after: after.name }]),
    ...differingFacts(earlier, later).map((key) => ({ key, before: earlier[key], after: later[key] })),
  ];
  if (rows.length === 0) return <p className={styles['muted']}>{same}</p>;
  return (
    <table className={styles['difference']}>
      <thead>
        <tr>
          <th scope="col">{t('difference.what')}</th>
          <th scope="col">{t('difference.before')}</th>
          <th scope="col">{t('difference.after')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{t(`fact.${row.key}`)}</th>
            <td>{row.before}</td>
            <td>{row.after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
