import Button from '@mui/material/Button';
import type { Promotion } from 'bff/contract/promotions';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DigestText } from '../../domain/DigestText.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import { PromotedTag, PromotionRoute } from './PromotionFacts.tsx';
import type { PromotionActs } from './PromotionDialog.tsx';
import { hasSourceMoved } from './promotion-state.ts';
import styles from './promotions.module.css';

interface WaitingPromotionsProps extends PromotionActs {
  promotions: readonly Promotion[];
}

/** What waits for somebody: to decide on, to take back, or to know of. */
export function WaitingPromotions({ promotions, actionsOf, onAct }: WaitingPromotionsProps) {
  const { t } = useTranslation('promotions');
  return (
    <section className={styles['section']} aria-label={t('waiting')}>
      <header className={styles['head']}>
        <h2>{t('waiting')}</h2>
      </header>
      <ul className={styles['cards']}>
        {promotions.map((promotion) => {
          const acts = actionsOf(promotion);
          return (
            <li key={promotion.id} className={styles['card']}>
              <div className={styles['cardFacts']}>
                <div className={styles['cardLine']}>
                  <PromotedTag promotion={promotion} />
                  <PromotionRoute promotion={promotion} />
                </div>
                <Words promotion={promotion} canDecide={acts.includes('approve')} />
              </div>
              <div className={styles['acts']}>
                {acts.toReversed().map((act) => (
                  <Button
                    key={act}
                    variant={act === 'approve' ? 'contained' : 'outlined'}
                    onClick={() => onAct({ act, promotion })}
                  >
                    {t(`act.${act}`)}
                  </Button>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Words({ promotion, canDecide }: { promotion: Promotion; canDecide: boolean }) {
  const { t } = useTranslation('promotions');
  const { requestedBy, comment, createdAt, expiresAt, repository, tag, source, sourceDigest, digest, isOwn } =
    promotion;
  return (
    <>
      {comment === '' ? null : <p className={styles['comment']}>{comment}</p>}
      <p className={styles['muted']}>
        <Sentence
          text={t(isOwn ? 'youAsked' : 'askedBy', { who: requestedBy ?? t('nobody') })}
          parts={{ when: <RelativeTime instant={createdAt} /> }}
        />{' '}
        {expiresAt === null ? null : (
          <Sentence text={t('expires')} parts={{ when: <RelativeTime instant={expiresAt} /> }} />
        )}{' '}
        {isOwn || canDecide ? null : t('needsRole')}
      </p>
      {hasSourceMoved(promotion) ? (
        <p className={styles['notice']}>
          {sourceDigest === null ? (
            t('sourceGone')
          ) : (
            <>
              <Sentence text={t('sourceMoved')} parts={{ digest: <DigestText digest={sourceDigest} /> }} />{' '}
              <Link
                to={paths.compare(repository, {
                  left: `${source.registryId}/${digest}`,
                  right: `${source.registryId}/${tag}`,
                })}
              >
                {t('compare')}
              </Link>
            </>
          )}
        </p>
      ) : null}
    </>
  );
}
