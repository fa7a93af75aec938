import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { type FieldProblem, fieldOfServerPath, type RegistryFormValues } from './registry-form.ts';

/** A field's name as the form library types it. */
export type FieldName = keyof RegistryFormValues | `endpointUrls.${number}.url`;

const plainFields = [
  'name',
  'id',
  'environment',
  'position',
  'username',
  'password',
  'caPem',
  'redirectHosts',
] as const;
const requiredFields = ['name', 'id', 'environment'] as const;

/** What is wrong with a field, in words: of what the contract would refuse, and of what the server did refuse. */
export function useFieldWords() {
  const { t } = useTranslation('registries');
  const errorWords = useErrorWords();

  const problem = ({ field, kind }: FieldProblem): string => {
    if (field.startsWith('endpointUrls')) return t(`form.${kind}.endpoint`);
    const required = requiredFields.find((name) => name === field);
    if (kind === 'required' && required !== undefined) return t(`form.required.${required}`);
    const plain = plainFields.find((name) => name === field);
    return t(`form.invalid.${plain ?? 'other'}`);
  };

  /** None where the error is about no field of the form. */
  const ofServer = (error: unknown, values: RegistryFormValues): { field: FieldName; message: string }[] => {
    if (!(error instanceof ApiError)) return [];
    if (error.code === 'name-taken') return [{ field: 'id', message: t('form.nameTaken') }];
    const fields = (error.problem?.fields ?? []).map(({ path, message }) => ({
      field: fieldOfServerPath(path, values) as FieldName,
      message,
    }));
    if (error.code === 'registry-is-console') {
      return fields.map(({ field }) => ({ field, message: errorWords(error).sentence }));
    }
    if (error.code === 'registry-url-refused' && fields.length === 0) {
      // The sentence names the host it is about.
      const detail = error.problem?.detail ?? '';
      const named = values.endpointUrls.findIndex(({ url }) => URL.canParse(url) && detail.includes(new URL(url).host));
      return [{ field: `endpointUrls.${Math.max(named, 0)}.url`, message: errorWords(error).sentence }];
    }
    return fields.filter(
      ({ field }) => plainFields.some((name) => name === field) || field.startsWith('endpointUrls.'),
    );
  };
  return { problem, ofServer };
}
