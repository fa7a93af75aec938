import DownloadIcon from '@mui/icons-material/FileDownloadOutlined';
import { auditOutcomes } from 'bff/contract/audit';
import { useTranslation } from 'react-i18next';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import styles from './audit.module.css';
import { auditDefaults, auditFileUrl, auditQueryOf } from './audit-filters.ts';
import { knownChanges, knownReads, useActionWords } from './audit-words.ts';

/** The filters of the log, kept in the URL, and its export; for a page's toolbar, above an `AuditTable` of the same place. */
export function AuditFilters({ project }: { project?: string }) {
  const { t } = useTranslation('audit-log');
  const [url, setUrl] = useUrlState(auditDefaults);
  const actionWords = useActionWords();
  const query = auditQueryOf(url, project);
  const worded = (actions: readonly string[]) =>
    actions
      .map((action) => ({ action, words: actionWords(action) }))
      .toSorted((left, right) => left.words.localeCompare(right.words));
  const groups = [
    { label: t('changes'), actions: worded(knownChanges) },
    { label: t('reads'), actions: worded(knownReads) },
  ];
  return (
    <>
      <div className={styles['find']}>
        <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('search')} />
      </div>
      <select
        className={styles['select']}
        aria-label={t('action')}
        value={url.action}
        onChange={(event) => setUrl({ action: event.target.value })}
      >
        <option value="">{t('anyAction')}</option>
        {groups.map(({ label, actions }) => (
          <optgroup key={label} label={label}>
            {actions.map(({ action, words }) => (
              <option key={action} value={action}>
                {words}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <select
        className={styles['select']}
        aria-label={t('outcome')}
        value={url.outcome}
        onChange={(event) => setUrl({ outcome: event.target.value })}
      >
        <option value="">{t('anyOutcome')}</option>
        {auditOutcomes.map((outcome) => (
          <option key={outcome} value={outcome}>
            {t(`outcomes.${outcome}`)}
          </option>
        ))}
      </select>
      <TextFilter label={t('actor')} value={url.actor} onChange={(actor) => setUrl({ actor })} />
      {project === undefined ? (
        <TextFilter label={t('project')} value={url.project} onChange={(name) => setUrl({ project: name })} />
      ) : null}
      <div className={styles['days']}>
        <label className={styles['day']}>
          {t('from')}
          <input type="date" value={url.from} onChange={(event) => setUrl({ from: event.target.value })} />
        </label>
        <label className={styles['day']}>
          {t('to')}
          <input type="date" value={url.to} onChange={(event) => setUrl({ to: event.target.value })} />
        </label>
      </div>
      <MenuButton
        label={t('export')}
        icon={<DownloadIcon fontSize="small" />}
        header={<p className={styles['menuNote']}>{t('exportHint')}</p>}
        actions={(['csv', 'ndjson'] as const).map((format) => ({
          key: format,
          label: format === 'csv' ? 'CSV' : 'NDJSON',
          href: auditFileUrl(format, query, project),
        }))}
      />
    </>
  );
}

interface TextFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Taken over when one leaves the field or presses Enter: every letter would be a question to the server. */
function TextFilter({ label, value, onChange }: TextFilterProps) {
  return (
    <input
      key={value}
      className={styles['text']}
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      maxLength={256}
      autoComplete="off"
      spellCheck={false}
      onBlur={(event) => onChange(event.target.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(event.currentTarget.value.trim());
      }}
    />
  );
}
