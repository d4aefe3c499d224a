// The machine's own notice that there is something new, for whoever does not look at the page: a fixed sentence, without names,
// words or numbers, since machines show such notices on locked screens and keep them. At most one stands; looking at the page
// takes it away. A click on it is the service worker's.

const kTag = 'sinetti-new';
const kInterval = 5_000;   // ms; sooner than that nobody is told again
const kPermission = Object.freeze({unsupported: 0, notAsked: 1, granted: 2, denied: 3});   // client/ui/host.h

export const isLookedAt = () => !document.hidden && document.hasFocus();

export class Notifications {
  #shownAt = -Infinity;

  constructor() {
    const clear = () => {
      if (isLookedAt()) this.#clear().catch((error) => console.warn(error));
    };
    addEventListener('focus', clear);
    document.addEventListener('visibilitychange', clear);
  }

  get permission() {
    if (!('Notification' in globalThis) || !navigator.serviceWorker) return kPermission.unsupported;
    return {granted: kPermission.granted, denied: kPermission.denied}[Notification.permission] ?? kPermission.notAsked;
  }

  // Only while a press is being handled does a browser ask its user.
  async ask() {
    if (this.permission === kPermission.notAsked) await Notification.requestPermission();
  }

  async show(words) {
    const now = performance.now();
    if (this.permission !== kPermission.granted || isLookedAt() || now - this.#shownAt < kInterval) return;
    this.#shownAt = now;
    const registration = await navigator.serviceWorker.getRegistration();
    if (registration?.active) await registration.showNotification('Sinetti', {body: words, tag: kTag, renotify: true, icon: 'icons/icon-192.png'});
  }

  async #clear() {
    if (this.#shownAt === -Infinity) return;
    this.#shownAt = -Infinity;
    const registration = await navigator.serviceWorker.getRegistration();
    for (const notification of await registration?.getNotifications({tag: kTag}) ?? []) notification.close();
  }
}
