// How hard a passphrase is to guess: 0 none … 4 excellent. Two judges, and the lower one counts. zxcvbn-ts (estimator/) knows leaked
// passwords, names and the commonest words of three languages. It takes what it does not know for random letters, which the
// words of an inflected language are not: so the other one counts every run of letters as a word, at the price of a list of
// common words, and the rest by its variety. Neither can know that a phrase is a quotation.

const kWordBits = 11;        // a word out of some two thousand
const kWordLength = 6;       // letters; each further one is a bit, for what is less common or inflected
const kLongWordLength = 14;  // from here on two bits
const kThresholds = [28, 43, 65];   // weak below the first, fair, strong, excellent from the last
const kRuns = /\p{L}+|\p{N}+|[^\p{L}\p{N}]+/gu;   // "salasana123" is a word and three digits
const kRows = ['qwertyuiopå', 'asdfghjklöä', 'zxcvbnm', '1234567890', 'abcdefghijklmnopqrstuvwxyzåäö'];

function continuesRow(a, b) {
  return kRows.some((row) => {
    const at = row.indexOf(a);
    return at >= 0 && (row[at + 1] === b || row[at - 1] === b);
  });
}

function varietyBits(word) {
  let alphabet = 0;
  if (/\p{Ll}/u.test(word)) alphabet += 26;
  if (/\p{Lu}/u.test(word)) alphabet += 26;
  if (/\p{N}/u.test(word)) alphabet += 10;
  if (/[^\p{L}\p{N}]/u.test(word)) alphabet += 20;
  return Math.log2(Math.max(alphabet, 2));
}

function bitsOf(word) {
  const perCharacter = varietyBits(word);
  const characters = [...word.toLowerCase()];
  let bits = 0;
  characters.forEach((character, i) => {
    const before = characters[i - 1];
    const cheap = i > 0 && (character === before || continuesRow(before, character));
    bits += cheap ? 0.5 : perCharacter;
  });
  // Letters alone are probably a word of some language, perhaps inflected, with a capital at the front; many are several words in one.
  if (!/^\p{Lu}?\p{Ll}+$/u.test(word)) return bits;
  const {length} = characters;
  return Math.min(bits, kWordBits + Math.max(0, length - kWordLength) + Math.max(0, length - kLongWordLength));
}

let judge = null;     // estimator.js, once it is here
let coming = null;

// Fetches the estimator. False: it cannot be had, and the words' prices have to do.
export function loadEstimator() {
  coming ??= import('./estimator/estimator.js').then((module) => {
    judge = module;
    return true;
  }, () => {
    coming = null;   // the next field asks again
    return false;
  });
  return coming;
}

function priceOfWords(words) {
  const seen = new Set();
  let bits = 0;
  for (const word of words.flatMap((one) => one.match(kRuns) ?? [])) {
    const key = word.toLowerCase();
    bits += seen.has(key) ? 1 : bitsOf(word);
    seen.add(key);
  }
  return bits;
}

export function estimateStrength(text) {
  const words = text.split(/[\s\-_.,;:+/]+/u).filter(Boolean);
  const bits = Math.min(priceOfWords(words), judge && text ? judge.bitsOf(text) : Infinity);
  const strength = text.length === 0 ? 0 : 1 + kThresholds.filter((threshold) => bits >= threshold).length;
  return {words: words.length, strength};
}
