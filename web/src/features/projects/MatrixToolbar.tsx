import { matrixSorts } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { nameInProject } from '../../paths.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import styles from './Matrix.module.css';
import type { MatrixFilters, MatrixSort } from './projects-queries.ts';

interface MatrixToolbarProps {
  filters: MatrixFilters;
  onChange: (change: Partial<MatrixFilters>) => void;
  /** Names of the project's repositories, as far as they are known. */
  repositories: readonly string[];
}

export function MatrixToolbar({ filters, onChange, repositories }: MatrixToolbarProps) {
  const { t } = useTranslation('projects');
  // One chosen by a link may be beyond those that were read.
  const names =
    filters.repository === '' || repositories.includes(filters.repository)
      ? repositories
      : [filters.repository, ...repositories];
  return (
    <>
      <SearchField value={filters.q} onChange={(q) => onChange({ q })} label={t('matrix.search')} />
      <select
        className={styles['select']}
        aria-label={t('matrix.repository')}
        value={filters.repository}
        onChange={(event) => onChange({ repository: event.target.value })}
      >
        <option value="">{t('matrix.allRepositories')}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {nameInProject(name)}
          </option>
        ))}
      </select>
      <select
        className={styles['select']}
        aria-label={t('matrix.sort')}
        value={filters.sort}
        onChange={(event) => onChange({ sort: event.target.value as MatrixSort })}
      >
        {matrixSorts.map((sort) => (
          <option key={sort} value={sort}>
            {t(`matrix.sorts.${sort}`)}
          </option>
        ))}
      </select>
      <label className={styles['check']} title={t('matrix.onlyDriftHint')}>
        <input
          type="checkbox"
          checked={filters.isOnlyDrift}
          onChange={(event) => onChange({ isOnlyDrift: event.target.checked })}
        />
        {t('matrix.onlyDrift')}
      </label>
    </>
  );
}
