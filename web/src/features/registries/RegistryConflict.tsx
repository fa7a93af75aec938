import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { changedFields, formOfRegistry, type RegistryFormValues } from './registry-form.ts';

interface RegistryConflictProps {
  /** As it was when the form was opened. */
  base: Registry;
  theirs: Registry;
  yours: RegistryFormValues;
  onTake: () => void;
}

export function RegistryConflict({ base, theirs, yours, onTake }: RegistryConflictProps) {
  const { t } = useTranslation('registries');
  const theirValues = formOfRegistry(theirs);
  const words = (value: RegistryFormValues[keyof RegistryFormValues]): string => {
    if (typeof value === 'boolean') return t(value ? 'form.conflict.yes' : 'form.conflict.no');
    return typeof value === 'string' ? value : value.map(({ url }) => url).join(', ');
  };
  return (
    <EditConflict
      name={theirs.name}
      fields={changedFields(base, theirs).map((field) => ({
        key: field,
        label: t(`form.conflict.field.${field}`),
        theirs: words(theirValues[field]),
        yours: words(yours[field]),
      }))}
      onTake={onTake}
    />
  );
}
