import Button from '@mui/material/Button';
import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { changedFields, formOfRegistry, type RegistryFormValues } from './registry-form.ts';
import styles from './registries.module.css';

interface RegistryConflictProps {
  /** As it was when the form was opened. */
  base: Registry;
  theirs: Registry;
  yours: RegistryFormValues;
  onTake: () => void;
}

/** Two people edit one registry: the second sees both values of what the first changed, and decides. */
export function RegistryConflict({ base, theirs, yours, onTake }: RegistryConflictProps) {
  const { t } = useTranslation('registries');
  const fields = changedFields(base, theirs);
  const theirValues = formOfRegistry(theirs);
  return (
    <div className={styles['conflict']} role="alert">
      <strong>{t('form.conflict.title', { name: theirs.name })}</strong>
      <p>{t(fields.length === 0 ? 'form.conflict.same' : 'form.conflict.body')}</p>
      {fields.length === 0 ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('form.conflict.fields')}</th>
              <th scope="col">{t('form.conflict.theirs')}</th>
              <th scope="col">{t('form.conflict.yours')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field}>
                <th scope="row">{t(`form.conflict.field.${field}`)}</th>
                <td>{words(theirValues[field]) || t('form.conflict.nothing')}</td>
                <td>{words(yours[field]) || t('form.conflict.nothing')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Button variant="outlined" onClick={onTake}>
        {t('form.conflict.take')}
      </Button>
    </div>
  );
}

function words(value: string | readonly { url: string }[]): string {
  return typeof value === 'string' ? value : value.map(({ url }) => url).join(', ');
}
