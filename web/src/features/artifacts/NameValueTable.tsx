import { useTranslation } from 'react-i18next';
import styles from './artifacts.module.css';

interface NameValueTableProps {
  label: string;
  values: Readonly<Record<string, string>>;
}

/** Names and values as they came, as text: what looks like a tag or a link is shown, never followed. */
export function NameValueTable({ label, values }: NameValueTableProps) {
  const { t } = useTranslation('artifacts');
  return (
    <table className={styles['table']} aria-label={label}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col" className={styles['nameColumn']}>
            {t('annotations.name')}
          </th>
          <th scope="col">{t('annotations.value')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(values)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => (
            <tr key={name}>
              <th scope="row" className={styles['nameColumn']}>
                <bdi>{name}</bdi>
              </th>
              <td>{value}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
