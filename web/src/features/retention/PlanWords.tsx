import type { RetentionPlan } from 'bff/contract/retention';
import { useTranslation } from 'react-i18next';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import styles from './retention.module.css';
import { useRepositoryWords, useRuleWords } from './rule-words.ts';

export function Where({ environment }: Pick<RetentionPlan, 'environment'>) {
  const { t } = useTranslation('retention');
  return environment === null ? (
    <span className={styles['everywhere']}>{t('everywhere')}</span>
  ) : (
    <EnvironmentChip environment={environment} />
  );
}

/** “In all repositories keep: the newest 10 …” */
export function PlanWords({ plan }: { plan: Pick<RetentionPlan, 'repositories' | 'rules'> }) {
  const { t } = useTranslation('retention');
  const ruleWords = useRuleWords();
  const repositoryWords = useRepositoryWords();
  return (
    <div className={styles['sentence']}>
      <p>
        <Sentence text={t('keep', { where: repositoryWords(plan.repositories) })} parts={{ b: <strong /> }} />
      </p>
      <ul>
        {plan.rules.map((rule, index) => (
          <li key={`${rule.kind} ${index}`}>{ruleWords(rule)}</li>
        ))}
      </ul>
    </div>
  );
}
