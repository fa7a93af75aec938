/** The languages of the console; the first is what a browser that prefers neither gets. */
export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

/** A language is always written in itself, so that whoever needs it finds it. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

const STORAGE_KEY = 'longshore-language';

export function isLanguage(value: string | null | undefined): value is Language {
  return languages.some((language) => language === value);
}

/** The remembered choice, else the first language of the browser that we have. */
export function detectLanguage(): Language {
  const kept = readKept();
  if (isLanguage(kept)) return kept;
  for (const wanted of navigator.languages) {
    const lower = wanted.toLowerCase();
    if (lower === 'zh' || lower.startsWith('zh-')) return 'zh-CN';
    if (lower === 'en' || lower.startsWith('en-')) return 'en';
  }
  return languages[0];
}

function readKept(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    // Storage may be refused; the browser's languages decide then.
    return null;
  }
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Kept for this page only.
  }
}
