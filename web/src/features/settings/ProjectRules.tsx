import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { useQuery } from '@tanstack/react-query';
import type { ImmutableRule } from 'bff/contract/immutable-rules';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import { ProjectRuleDrawer } from './ProjectRuleDrawer.tsx';
import { ProjectSection } from './ProjectSection.tsx';
import { rulesQuery, useLiveRules, useProjectActions } from './project-settings-queries.ts';
import styles from './project-settings.module.css';

interface ProjectRulesProps {
  project: string;
  /** Where the reader may make rules. */
  environments: readonly string[];
  isEverywhere: boolean;
}

/** Which tags stay as they are once they are there. */
export function ProjectRules({ project, environments, isEverywhere }: ProjectRulesProps) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const rules = useQuery(rulesQuery(project));
  useLiveRules(project);
  const [isAdding, setIsAdding] = useState(false);
  const [removed, setRemoved] = useState<ImmutableRule>();
  const mayRemove = ({ environment }: ImmutableRule) =>
    environment === null ? isEverywhere : environments.includes(environment);
  return (
    <ProjectSection
      title={t('rules.title')}
      words={t('rules.words')}
      action={
        <Button variant="outlined" onClick={() => setIsAdding(true)}>
          {t('rules.add')}
        </Button>
      }
    >
      {rules.error !== null && rules.data === undefined ? (
        <ErrorState title={t('rules.notRead')} error={errorWords(rules.error)} onRetry={() => void rules.refetch()} />
      ) : rules.data === undefined ? (
        <div className={styles['skeletonLine']} aria-busy="true" />
      ) : rules.data.items.length === 0 ? (
        <p>{t('rules.empty')}</p>
      ) : (
        <ul className={styles['rules']}>
          {rules.data.items.map((rule) => (
            <li key={rule.id}>
              <Rule rule={rule} {...(mayRemove(rule) ? { onRemove: () => setRemoved(rule) } : {})} />
            </li>
          ))}
        </ul>
      )}
      {isAdding ? (
        <ProjectRuleDrawer
          project={project}
          environments={environments}
          isEverywhere={isEverywhere}
          onClose={() => setIsAdding(false)}
        />
      ) : null}
      {removed === undefined ? null : (
        <RemoveRuleDialog project={project} rule={removed} onClose={() => setRemoved(undefined)} />
      )}
    </ProjectSection>
  );
}

/** What is in the item of a list: of the rules, or of what a question names. */
function Rule({ rule, onRemove }: { rule: ImmutableRule; onRemove?: () => void }) {
  const { t } = useTranslation('project-settings');
  const { environment, repositoryPattern, tagPattern, createdBy, createdAt } = rule;
  const patterns = { tags: tagPattern, repositories: repositoryPattern };
  return (
    <>
      <span className={styles['ruleWords']}>
        <Sentence
          text={t(repositoryPattern === '**' ? 'rules.sentenceAll' : 'rules.sentence', patterns)}
          parts={{ tags: <code />, repositories: <code /> }}
        />
      </span>
      {environment === null ? <span>{t('rules.everywhere')}</span> : <EnvironmentChip environment={environment} />}
      <span className={styles['words']}>
        <RelativeTime instant={createdAt} /> {createdBy === null ? null : t('rules.by', { name: createdBy })}
      </span>
      {onRemove === undefined ? null : (
        <IconButton aria-label={t('rules.remove', patterns)} title={t('rules.removeAction')} onClick={onRemove}>
          <CloseIcon fontSize="small" />
        </IconButton>
      )}
    </>
  );
}

function RemoveRuleDialog({ project, rule, onClose }: { project: string; rule: ImmutableRule; onClose: () => void }) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const { removeRule } = useProjectActions(project);
  return (
    <ConfirmDialog
      isOpen
      title={t('rules.removeTitle')}
      touched={[<Rule key={rule.id} rule={rule} />]}
      confirmLabel={t('rules.removeAction')}
      isDangerous
      isBusy={removeRule.isPending}
      error={errorWords(removeRule.error)}
      onConfirm={() =>
        removeRule.mutate(rule.id, {
          onSuccess: () => {
            toast({ message: t('rules.removed'), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      {t('rules.removeWords')}
    </ConfirmDialog>
  );
}
