import CloseIcon from '@mui/icons-material/Close';
import Dialog from '@mui/material/Dialog';
import IconButton from '@mui/material/IconButton';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NARROW, useMedia } from '../../ui/use-media.ts';
import { PlanList } from './PlanList.tsx';
import type { PlanFilter, Previewed } from './policies-queries.ts';
import styles from './policies.module.css';

/** The list behind the preview of a draft: it has no address of its own, because the draft has none. */
export function PlanDialog({ previewed, onClose }: { previewed: Previewed; onClose: () => void }) {
  const { t } = useTranslation('policies');
  const titleId = useId();
  const isNarrow = useMedia(NARROW);
  const [filter, setFilter] = useState<PlanFilter>({ outcome: undefined, q: '' });
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="lg" fullWidth fullScreen={isNarrow}>
      <div className={styles['planDialog']}>
        <header className={styles['dialogHead']}>
          <h2 id={titleId}>{t('preview.title')}</h2>
          <IconButton autoFocus aria-label={t('plan.close')} onClick={onClose}>
            <CloseIcon fontSize="small" />
          </IconButton>
        </header>
        <PlanList
          previewed={previewed}
          filter={filter}
          onFilter={(change) => setFilter((before) => ({ ...before, ...change }))}
        />
      </div>
    </Dialog>
  );
}
