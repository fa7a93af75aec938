import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type Promotion, promotionStates } from 'bff/contract/promotions';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { PathSection } from './PathSection.tsx';
import { type Decided, type PromotionActs, PromotionDialog } from './PromotionDialog.tsx';
import { PromotionList } from './PromotionList.tsx';
import { actsOf } from './promotion-state.ts';
import { promotionPages, useLivePromotions, waitingQuery } from './promotions-queries.ts';
import styles from './promotions.module.css';
import { WaitingPromotions } from './WaitingPromotions.tsx';

const urlDefaults = { q: '', state: '' };

/** The path of a project, what waits on it, and everything that went along it. */
export function PromotionsPage() {
  const { t } = useTranslation('promotions');
  const { project = '' } = useParams();
  const access = useProjectAccess(project);
  const [decided, setDecided] = useState<Decided | null>(null);
  useLivePromotions(project);
  const mayPush = (promotion: Promotion) => canAt(access, 'artifact.push', promotion.environment);
  const actions = (promotion: Promotion) => actsOf(promotion, mayPush(promotion));
  return (
    <ProjectFrame project={project} section="promotions" needs="replication.read">
      <div className={styles['page']} key={project}>
        <PathSection project={project} />
        <Waiting project={project} actionsOf={actions} onAct={setDecided} />
        <section className={styles['section']} aria-label={t('history')}>
          <History project={project} actionsOf={actions} onAct={setDecided} />
        </section>
      </div>
      {decided === null ? null : <PromotionDialog decided={decided} onClose={() => setDecided(null)} />}
    </ProjectFrame>
  );
}

interface ListProps extends PromotionActs {
  project: string;
}

function Waiting({ project, ...rest }: ListProps) {
  const { data } = useQuery(waitingQuery(project));
  const items = data?.items ?? [];
  return items.length === 0 ? null : <WaitingPromotions promotions={items} {...rest} />;
}

function History({ project, ...rest }: ListProps) {
  const { t } = useTranslation('promotions');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const state = promotionStates.find((one) => one === url.state);
  const query = useInfiniteQuery(promotionPages(project, { q: url.q, state }));
  const rows = query.data?.pages.flatMap(({ items }) => items);
  const isFiltered = url.q !== '' || state !== undefined;
  return (
    <>
      <header className={styles['head']}>
        <h2>{t('history')}</h2>
        <div className={styles['filters']}>
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('search')} />
          <select
            className={styles['select']}
            aria-label={t('column.state')}
            value={state ?? ''}
            onChange={(event) => setUrl({ state: event.target.value })}
          >
            <option value="">{t('anyState')}</option>
            {promotionStates.map((one) => (
              <option key={one} value={one}>
                {t(`state.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </header>
      {rows === undefined ? (
        query.error === null ? (
          <div className={styles['skeleton']} aria-busy="true" />
        ) : (
          <ErrorState title={t('notRead')} error={errorWords(query.error)} onRetry={() => void query.refetch()} />
        )
      ) : rows.length === 0 ? (
        <EmptyState
          title={t(isFiltered ? 'noMatch' : 'empty')}
          action={
            isFiltered ? (
              <Button variant="outlined" onClick={() => setUrl({ q: '', state: '' })}>
                {t('clear')}
              </Button>
            ) : undefined
          }
        >
          {t(isFiltered ? 'noMatchNext' : 'emptyNext')}
        </EmptyState>
      ) : (
        <PromotionList promotions={rows} {...rest} />
      )}
      {query.hasNextPage ? (
        <Button variant="outlined" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('older')}
        </Button>
      ) : null}
    </>
  );
}
