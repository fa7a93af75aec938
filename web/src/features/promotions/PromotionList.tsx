import Button from '@mui/material/Button';
import type { Promotion } from 'bff/contract/promotions';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { PromotedTag, PromotionRoute } from './PromotionFacts.tsx';
import type { PromotionActs } from './PromotionDialog.tsx';
import { madeTag, stateTone } from './promotion-state.ts';
import styles from './promotions.module.css';

interface PromotionListProps extends PromotionActs {
  promotions: readonly Promotion[];
}

/** What went along the path, newest first. On a narrow window each line becomes a block. */
export function PromotionList({ promotions, actionsOf, onAct }: PromotionListProps) {
  const { t } = useTranslation('promotions');
  return (
    <table className={styles['table']} aria-label={t('history')}>
      <thead>
        <tr>
          <th scope="col">{t('column.tag')}</th>
          <th scope="col">{t('column.route')}</th>
          <th scope="col">{t('column.who')}</th>
          <th scope="col">{t('column.state')}</th>
          <th scope="col">{t('column.when')}</th>
          <th scope="col">
            <span className="visually-hidden">{t('column.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {promotions.map((promotion) => (
          <tr key={promotion.id}>
            <td>
              <PromotedTag promotion={promotion} />
            </td>
            <td>
              <PromotionRoute promotion={promotion} />
            </td>
            <td>
              <Who promotion={promotion} />
            </td>
            <td>
              <State promotion={promotion} />
            </td>
            <td className={styles['when']}>
              <RelativeTime instant={promotion.createdAt} />
            </td>
            <td className={styles['last']}>
              {actionsOf(promotion)
                .filter((act) => act === 'undo')
                .map((act) => (
                  <Button
                    key={act}
                    aria-label={t('undoOf', { what: `${promotion.repository}:${promotion.tag}` })}
                    onClick={() => onAct({ act, promotion })}
                  >
                    {t('act.undo')}
                  </Button>
                ))}
              {madeTag(promotion) ? <span className={styles['muted']}>{t('wasNew')}</span> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Who({ promotion: { requestedBy, comment, decision, state } }: { promotion: Promotion }) {
  const { t } = useTranslation('promotions');
  const by = decision?.by ?? t('nobody');
  return (
    <div className={styles['who']}>
      <span>
        <bdi>{requestedBy ?? t('nobody')}</bdi>
        {comment === '' ? null : <q className={styles['quote']}>{comment}</q>}
      </span>
      {decision === null || state === 'withdrawn' ? null : (
        <span className={styles['muted']}>
          {t(state === 'declined' ? 'declinedBy' : 'approvedBy', { who: by })}
          {decision.comment === '' ? null : <q className={styles['quote']}>{decision.comment}</q>}
        </span>
      )}
    </div>
  );
}

function State({ promotion: { state, reason, executionId } }: { promotion: Promotion }) {
  const { t } = useTranslation('promotions');
  const reasonText = useReasonText();
  const isLinked = executionId !== null && (state === 'copying' || state === 'failed' || state === 'stopped');
  return (
    <div className={styles['state']}>
      <span>
        <StatusDot tone={stateTone[state]} label={t(`state.${state}`)} isActive={state === 'copying'} />{' '}
        {isLinked ? <Link to={paths.execution(executionId)}>{t('watch')}</Link> : null}
      </span>
      {reason === null ? null : <span className={styles['muted']}>{reasonText(reason)}</span>}
    </div>
  );
}
