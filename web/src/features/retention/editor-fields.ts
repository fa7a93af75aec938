import type { FormField, RetentionForm } from './retention-form.ts';

export interface EditorFieldsProps {
  values: RetentionForm;
  wrong: Partial<Record<FormField, string>>;
  onChange: (change: Partial<RetentionForm>) => void;
}
