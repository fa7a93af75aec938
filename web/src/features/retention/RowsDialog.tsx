import CloseIcon from '@mui/icons-material/Close';
import Dialog from '@mui/material/Dialog';
import IconButton from '@mui/material/IconButton';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NARROW, useMedia } from '../../ui/use-media.ts';
import { RetentionRows } from './RetentionRows.tsx';
import type { Previewed, RowFilter } from './retention-queries.ts';
import styles from './retention.module.css';

/** The list behind a dry run: it has no address of its own, because a draft has none. */
export function RowsDialog({ previewed, onClose }: { previewed: Previewed; onClose: () => void }) {
  const { t } = useTranslation('retention');
  const titleId = useId();
  const isNarrow = useMedia(NARROW);
  const [filter, setFilter] = useState<RowFilter>({ verdict: undefined, q: '' });
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="lg" fullWidth fullScreen={isNarrow}>
      <div className={styles['rowsDialog']}>
        <header className={styles['dialogHead']}>
          <h2 id={titleId}>{t('preview.title')}</h2>
          <IconButton autoFocus aria-label={t('rows.close')} onClick={onClose}>
            <CloseIcon fontSize="small" />
          </IconButton>
        </header>
        <RetentionRows
          previewed={previewed}
          filter={filter}
          onFilter={(change) => setFilter((before) => ({ ...before, ...change }))}
        />
      </div>
    </Dialog>
  );
}
