import CloseIcon from '@mui/icons-material/Close';
import { trashStates } from 'bff/contract/trash';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ANY_STATE, trashUrl } from './trash-list.ts';
import styles from './trash-page.module.css';

/** What of the trash is shown; all of it is in the URL. */
export function TrashFilters() {
  const { t } = useTranslation('trash');
  const { registries } = useRegistryDirectory();
  const [url, setUrl] = useUrlState(trashUrl);
  return (
    <>
      <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('page.search')} />
      <select
        className={styles['select']}
        aria-label={t('page.state')}
        value={url.state}
        onChange={(event) => setUrl({ state: event.target.value })}
      >
        <option value={trashUrl.state}>{t('page.kept')}</option>
        {trashStates
          // One that is deleted and nothing else is what the trash is: the choice above has it.
          .filter((state) => state !== 'deleted')
          .map((state) => (
            <option key={state} value={state}>
              {t(`state.${state}`)}
            </option>
          ))}
        <option value={ANY_STATE}>{t('page.all')}</option>
      </select>
      <select
        className={styles['select']}
        aria-label={t('page.registry')}
        value={url.registry}
        onChange={(event) => setUrl({ registry: event.target.value })}
      >
        <option value="">{t('page.allRegistries')}</option>
        {registries.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {url.repository === '' ? null : (
        <button
          type="button"
          className={styles['only']}
          title={t('page.showAll')}
          onClick={() => setUrl({ repository: '' })}
        >
          <bdi>{t('page.only', { what: url.repository })}</bdi>
          <CloseIcon fontSize="inherit" />
          <span className="visually-hidden">{t('page.showAll')}</span>
        </button>
      )}
    </>
  );
}
