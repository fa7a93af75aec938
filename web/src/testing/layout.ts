import { vi } from 'vitest';

/** The test's document draws nothing, so that everything is 0 high; virtual lists need a window to fill. */
export function pretendWindowHeight(heightPx: number): void {
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(heightPx);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(heightPx);
}

/** Whether a media query matches, for `matchMedia`. */
export function pretendMedia(matches: (query: string) => boolean): void {
  vi.stubGlobal('matchMedia', (query: string) =>
    Object.assign(new EventTarget(), { media: query, matches: matches(query) }),
  );
}
