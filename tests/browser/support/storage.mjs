// What an origin has left in a browser. Runs in the page.

export const leftBehind = () => (async () => {
  const kept = [];
  for (const {name} of await indexedDB.databases()) kept.push(`IndexedDB ${name}`);
  for (const [what, area] of [['localStorage', localStorage], ['sessionStorage', sessionStorage]]) {
    for (let i = 0; i < area.length; ++i) kept.push(`${what} ${area.key(i)}`);
  }
  if (document.cookie) kept.push(`cookie ${document.cookie}`);
  // The app itself is public and may stay: exactly the files of its release.
  const release = await (await fetch('/release.json', {cache: 'no-store'})).json();
  const own = new Set(['/release.json', ...Object.keys(release.files).map((path) => `/${path}`)]);
  for (const name of await caches.keys()) {
    for (const {url} of await (await caches.open(name)).keys()) {
      const {pathname, search} = new URL(url);
      if (!own.has(pathname) || search) kept.push(`Cache ${name} ${url}`);
    }
  }
  if (globalThis.navigator.storage?.getDirectory) {
    const root = await navigator.storage.getDirectory().catch(() => null);
    if (root) for await (const name of root.keys()) kept.push(`private file ${name}`);
  }
  return kept;
})();
