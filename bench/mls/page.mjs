// The comparison in a page; run.mjs bundles it and calls runBench().

import factory from '/mls.mjs';
import {CoreCrypto} from './core_crypto.mjs';
import {measure} from './measure.mjs';
import {TsMls} from './ts_mls.mjs';

globalThis.runBench = (options) => {
  const others = [() => TsMls.create(options.suite)];
  if (options.suite === 3) others.push(() => CoreCrypto.create(options.suite));
  return measure(factory, others, options, (text) => console.log(text));
};
