import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { Page } from '../../ui/Page.tsx';
import { useOperations } from './operations-queries.ts';
import { OperationsMonitor } from './OperationsMonitor.tsx';

export function OperationsPage() {
  const { t } = useTranslation('operations');
  return (
    <Page
      title={t('title')}
      facts={<OperationsFacts />}
      action={
        <Button variant="outlined" component={Link} to={paths.wall()}>
          {t('wall.open')}
        </Button>
      }
    >
      <OperationsMonitor hasControls />
    </Page>
  );
}

function OperationsFacts() {
  const { t } = useTranslation('operations');
  const { data } = useOperations();
  if (data === undefined) return null;
  const { running, queued, waiting } = data.counts;
  const parts = [
    running > 0 ? t('facts.running', { count: running }) : null,
    queued > 0 ? t('facts.queued', { count: queued }) : null,
    waiting > 0 ? t('facts.waiting', { count: waiting }) : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? t('facts.idle') : parts.map((part) => <span key={part}>{part}</span>);
}
