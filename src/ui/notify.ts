/** One notification when long work has ended, if the user turned that on and the browser allows it. */
import { withStorage } from './storage.ts';

const key = 'mien-notify';

/** Whether this browser can show one at all: pages over plain http have none. */
export const canNotify = (): boolean => 'Notification' in globalThis;

/** Whether the user turned it on, and it is still allowed. */
export function wantsNotice(): boolean {
  const stored = withStorage(() => localStorage.getItem(key), null);
  return canNotify() && Notification.permission === 'granted' && stored === 'on';
}

/** Turns it on or off; the browser asks the first time. @returns whether it is allowed */
export async function askToNotify(wanted: boolean): Promise<boolean> {
  const isAllowed = wanted && (await Notification.requestPermission()) === 'granted';
  // Where storage is forbidden it lasts no longer than the question.
  withStorage(() => localStorage.setItem(key, isAllowed ? 'on' : 'off'), undefined);
  return isAllowed;
}

/** Says it where the tab is not in view. */
export function notify(title: string, body: string): void {
  if (document.visibilityState === 'visible' || !wantsNotice()) return;
  const notice = new Notification(title, { body });
  notice.addEventListener('click', () => {
    window.focus();
    notice.close();
  });
}
