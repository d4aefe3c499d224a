// How many guesses a passphrase stands, by zxcvbn-ts: lists of leaked passwords, words and names, dates, rows of keys, repeats, and
// letters written as digits. `words` is what bundle.mjs puts here: for each list its words, the commonest first.

import {ZxcvbnFactory} from '@zxcvbn-ts/core';
import {keyboards, words} from 'words';

const kLongest = 64;        // characters that are looked at: the work grows faster than they do, and so many are excellent anyway
const kSubstitutions = 20;  // readings of digits and signs as letters that are tried

const dictionary = Object.fromEntries(Object.entries(words).map(([list, joined]) => [list, joined.split(',')]));
const zxcvbn = new ZxcvbnFactory({dictionary, graphs: keyboards, maxLength: kLongest, l33tMaxSubstitutions: kSubstitutions});

// log2 of the guesses.
export const bitsOf = (text) => Math.log2(zxcvbn.check(text).guesses);
