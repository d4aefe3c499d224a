// A quick, honest guess at how hard a passphrase is to guess: 0 none … 4 excellent. It counts what a guesser would have to get
// right: words at the price of a common-word list, other runs of characters by their variety; repeats and runs of neighbouring
// keys or letters cost next to nothing. It cannot know that a phrase is a quotation.

const kWordBits = 11;        // a word out of some two thousand
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
  // Letters alone are probably a word of some language, perhaps inflected, with a capital at the front.
  const isWord = /^\p{Lu}?\p{Ll}+$/u.test(word) && characters.length <= 14;
  return isWord ? Math.min(bits, kWordBits + Math.max(0, characters.length - 6)) : bits;
}

export function estimateStrength(text) {
  const words = text.split(/[\s\-_.,;:+/]+/u).filter(Boolean);
  const seen = new Set();
  let bits = 0;
  for (const word of words.flatMap((one) => one.match(kRuns) ?? [])) {
    const key = word.toLowerCase();
    bits += seen.has(key) ? 1 : bitsOf(word);
    seen.add(key);
  }
  const strength = text.length === 0 ? 0 : 1 + kThresholds.filter((threshold) => bits >= threshold).length;
  return {words: words.length, strength};
}
