// What a person's other devices call this one: "Firefox, Windows". Taken from what the browser says of itself to every server;
// it leaves this machine sealed.

const kBrowsers = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['SamsungBrowser/', 'Samsung Internet'], ['Firefox/', 'Firefox'], ['FxiOS/', 'Firefox'],
                   ['Chrome/', 'Chrome'], ['CriOS/', 'Chrome'], ['Safari/', 'Safari']];
const kSystems = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['CrOS', 'ChromeOS'], ['Mac OS X', 'macOS'],
                  ['Linux', 'Linux']];

export function deviceName({userAgent}) {
  const first = (names) => names.find(([mark]) => userAgent.includes(mark))?.[1];
  return [first(kBrowsers), first(kSystems)].filter(Boolean).join(', ');
}
