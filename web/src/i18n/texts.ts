/**
 * The shape a translation must have: the same keys as the English text. Chinese has one plural form, so `…_one` is only
 * in languages that need it.
 */
export type TextOf<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : TextOf<T[K]>;
};
