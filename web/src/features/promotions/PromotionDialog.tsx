import type { Promotion } from 'bff/contract/promotions';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { Cautions } from '../../domain/reasons/Cautions.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import { type PromotionAct, promotionPreview, usePromotionAction } from './promotions-queries.ts';
import styles from './promotions.module.css';

export interface Decided {
  readonly act: PromotionAct;
  readonly promotion: Promotion;
}

/** What lists of promotions let the reader do. */
export interface PromotionActs {
  actionsOf: (promotion: Promotion) => readonly PromotionAct[];
  onAct: (decided: Decided) => void;
}

/** What would be touched in each registry, and room for a word about it. */
export function PromotionDialog({ decided, onClose }: { decided: Decided; onClose: () => void }) {
  const { t } = useTranslation('promotions');
  const errorWords = useErrorWords();
  const id = useId();
  const [comment, setComment] = useState('');
  const { act, promotion } = decided;
  const run = usePromotionAction(act);
  const what = `${promotion.repository}:${promotion.tag}`;
  const environment = useEnvironmentName()(promotion.environment);
  const touched = useTouched(decided);
  const isSettingTags = act === 'approve' || act === 'undo';
  const { data: preview } = useQuery({ ...promotionPreview(promotion.id), enabled: isSettingTags });
  return (
    <ConfirmDialog
      isOpen
      title={t(`ask.${act}`, { what, environment })}
      confirmLabel={t(`act.${act}`)}
      touched={touched}
      isBusy={run.isPending}
      error={errorWords(run.error)}
      onConfirm={() =>
        run.mutate(
          { promotionId: promotion.id, comment: comment.trim() },
          {
            onSuccess: () => {
              toast({ message: t(`said.${act}`, { what, environment }), tone: 'ok' });
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>{t(`words.${act}`, { environment })}</p>
      <Cautions cautions={preview?.cautions ?? []} />
      {act === 'withdraw' ? null : (
        <label className={styles['field']} htmlFor={id}>
          {t('comment')}
          <textarea
            id={id}
            rows={2}
            maxLength={1000}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        </label>
      )}
    </ConfirmDialog>
  );
}

/** Each registry with what its tag is and what it becomes. */
function useTouched({ act, promotion }: Decided): React.ReactNode[] {
  const { t } = useTranslation('promotions');
  const directory = useRegistryDirectory();
  if (act === 'decline' || act === 'withdraw') return [];
  return promotion.targets.map(({ registryId, previousDigest }) => {
    const registry = directory.find(registryId).name;
    const [from, to] = act === 'undo' ? [promotion.digest, previousDigest] : [previousDigest, promotion.digest];
    const parts = {
      ...(from === null ? {} : { from: <DigestText digest={from} /> }),
      ...(to === null ? {} : { to: <DigestText digest={to} /> }),
    };
    const text = from === null ? 'becomesNew' : from === to ? 'staysSame' : 'becomes';
    return <Sentence key={registryId} text={t(text, { registry })} parts={parts} />;
  });
}
