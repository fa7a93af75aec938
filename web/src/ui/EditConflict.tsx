import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import styles from './EditConflict.module.css';

interface EditConflictProps {
  /** What is edited: "mara". */
  name: string;
  /** What somebody else changed since the form was opened, both values in words. */
  fields: readonly { key: string; label: string; theirs: string; yours: string }[];
  onTake: () => void;
}

/** Two people edit one thing: the second sees both values of what the first changed, and decides. */
export function EditConflict({ name, fields, onTake }: EditConflictProps) {
  const { t } = useTranslation('common');
  return (
    <div className={styles['conflict']} role="alert">
      <strong>{t('ui.conflict.title', { name })}</strong>
      <p>{t(fields.length === 0 ? 'ui.conflict.same' : 'ui.conflict.body')}</p>
      {fields.length === 0 ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('ui.conflict.field')}</th>
              <th scope="col">{t('ui.conflict.theirs')}</th>
              <th scope="col">{t('ui.conflict.yours')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ key, label, theirs, yours }) => (
              <tr key={key}>
                <th scope="row">{label}</th>
                <td>{theirs === '' ? t('ui.conflict.nothing') : theirs}</td>
                <td>{yours === '' ? t('ui.conflict.nothing') : yours}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Button variant="outlined" onClick={onTake}>
        {t('ui.conflict.take')}
      </Button>
    </div>
  );
}
