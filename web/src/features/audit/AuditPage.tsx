import { useTranslation } from 'react-i18next';
import { AuditFilters } from '../../domain/audit/AuditFilters.tsx';
import { AuditTable } from '../../domain/audit/AuditTable.tsx';
import { Page } from '../../ui/Page.tsx';

/** Every change and every refusal, in every project and outside of them. */
export function AuditPage() {
  const { t } = useTranslation('audit-log');
  return (
    <Page title={t('titleAll')} fill toolbar={<AuditFilters />}>
      <AuditTable />
    </Page>
  );
}
