import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import type { PathStep, Promotion } from 'bff/contract/promotions';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { paths, projectOf } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { hasWork } from '../copy/copy-plan.ts';
import { CopyPreviewList } from '../copy/CopyPreviewList.tsx';
import { useCopyPreview } from '../copy/use-copy-preview.ts';
import { DigestText } from '../DigestText.tsx';
import { useErrorWords } from '../error-words.ts';
import { type KnownRegistry, useRegistryDirectory } from '../registry-directory.ts';
import { RegistryChip, useEnvironmentName } from '../RegistryChip.tsx';
import type { PromotionSource } from './promotion-path.ts';
import { usePromotionSteps, useRequestPromotion } from './promotion-queries.ts';
import styles from './promotion.module.css';
import { PromotionTarget } from './PromotionTarget.tsx';

interface PromoteDialogProps {
  source: PromotionSource;
  onClose: () => void;
}

/** Into which environment, with which words, and what that would do there, before anything does. */
export function PromoteDialog({ source, onClose }: PromoteDialogProps) {
  const { t } = useTranslation(['promotions', 'tasks', 'reasons'], { keyPrefix: 'promote' });
  const titleId = useId();
  const { name, environment } = useRegistryDirectory().find(source.registryId);
  const steps = usePromotionSteps(projectOf(source.repository), environment);
  const what = `${source.repository}:${source.tag}`;
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="md" fullWidth scroll="paper">
      <header className={styles['header']}>
        <h2 id={titleId}>{t('title', { what })}</h2>
        <p className={styles['from']}>
          {t('from')} <RegistryChip name={name} environment={environment} /> <DigestText digest={source.digest} />
        </p>
      </header>
      {steps.length === 0 ? (
        <p className={styles['nowhere']}>{t('nowhere')}</p>
      ) : (
        <PromoteForm source={source} what={what} steps={steps} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface PromoteFormProps extends PromoteDialogProps {
  what: string;
  steps: readonly PathStep[];
}

function PromoteForm({ source, what, steps, onClose }: PromoteFormProps) {
  const { t } = useTranslation('promotions', { keyPrefix: 'promote' });
  const errorWords = useErrorWords();
  const environmentName = useEnvironmentName();
  const commentId = useId();
  const { registries } = useRegistryDirectory();
  const [chosen, setChosen] = useState(steps[0]?.environment ?? '');
  const [left, setLeft] = useState<readonly string[]>([]);
  const [comment, setComment] = useState('');
  const request = useRequestPromotion();
  const tell = useTold(what);
  const step = steps.find(({ environment }) => environment === chosen) ?? steps[0];
  const serving = registries.filter(({ environment }) => environment === step?.environment);
  const into = serving.filter(({ id }) => !left.includes(id));
  const preview = usePreview(source, into);
  const isUseful = preview.data === undefined || hasWork(preview.data);
  const canSubmit = step !== undefined && into.length > 0 && isUseful && !request.isPending;
  const needsApproval = step?.needsApproval === true;
  const submit = () => {
    if (!canSubmit) return;
    const registryIds = into.length === serving.length ? {} : { registryIds: into.map(({ id }) => id) };
    const body = { ...source, environment: step.environment, comment: comment.trim(), ...registryIds };
    request.mutate(body, {
      onSuccess: (promotion) => {
        onClose();
        tell(promotion);
      },
    });
  };
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={styles['body']}>
        <div className={styles['choices']}>
          <PromotionTarget
            steps={steps}
            chosen={step?.environment ?? ''}
            onChoose={(environment) => {
              setChosen(environment);
              setLeft([]);
              request.reset();
            }}
            serving={serving}
            left={left}
            onLeave={setLeft}
          />
          <label className={styles['field']} htmlFor={commentId}>
            {t('comment')}
            <textarea
              id={commentId}
              rows={3}
              maxLength={1000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
            <span className={styles['muted']}>{t('commentHint')}</span>
          </label>
        </div>
        <CopyPreviewList
          source={{ ...source, references: [source.digest] }}
          isChosen={into.length > 0}
          preview={preview}
        />
      </div>
      <footer className={styles['footer']}>
        {request.error === null ? null : (
          <p role="alert" className={styles['error']}>
            {errorWords(request.error).sentence} {errorWords(request.error).more}
          </p>
        )}
        <p className={styles['note']}>
          {needsApproval ? t('needsApproval', { environment: environmentName(step.environment) }) : null}
        </p>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" variant="contained" disabled={!canSubmit}>
          {needsApproval ? t('askForApproval') : t('promote')}
        </Button>
      </footer>
    </form>
  );
}

/** By its digest, under its tag: what the promotion would do now, where nobody has to approve it first. */
function usePreview({ registryId, repository, tag, digest }: PromotionSource, into: readonly KnownRegistry[]) {
  return useCopyPreview(
    into.length === 0
      ? undefined
      : {
          source: { registryId, repository },
          references: [digest],
          destinations: into.map(({ id }) => ({ registryId: id, tag })),
          whenDifferent: 'replace',
        },
  );
}

/** What has become of it, with the way to all promotions of the project. */
function useTold(what: string): (promotion: Promotion) => void {
  const { t } = useTranslation('promotions', { keyPrefix: 'promote' });
  const environmentName = useEnvironmentName();
  const navigate = useNavigate();
  return ({ state, project, environment: name }) => {
    const environment = environmentName(name);
    toast({
      message: t(state === 'waiting' ? 'asked' : 'begun', { what, environment }),
      tone: 'ok',
      action: { label: t('show'), onClick: () => void navigate(paths.promotions(project)) },
    });
  };
}
