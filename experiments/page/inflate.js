// Decompression of deflate data (RFC 1951). Browsers have DecompressionStream, but it answers later, and the views and
// window.inforelay compute at once.

const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const distanceExtra = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

// Of a Huffman code with these lengths: for each possible run of the next bits, the first one lowest, symbol * 16 + length; 0 where
// no symbol has that code.
function codeTable(lengths) {
  const count = new Uint16Array(16), next = new Uint16Array(17);
  for (const n of lengths) ++count[n];
  count[0] = 0;
  for (let n = 1; n <= 15; ++n) next[n + 1] = (next[n] + count[n]) << 1;
  const table = new Uint16Array(1 << Math.max(...lengths));
  lengths.forEach((n, symbol) => {
    if (n === 0) return;
    const code = next[n]++;
    let reversed = 0;
    for (let i = 0; i < n; ++i) reversed |= ((code >> i) & 1) << (n - 1 - i);
    for (let at = reversed; at < table.length; at += 1 << n) table[at] = symbol * 16 + n;
  });
  return table;
}

let fixedTables;
const tablesOfFixedCodes = () => (fixedTables ??= [codeTable(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))), codeTable(Array(30).fill(5))]);

/// The `size` bytes that `packed` stands for. Throws an Error if it is damaged, or if it or what it stands for is of another length.
export function inflate(packed, size) {
  const out = new Uint8Array(size);
  let at = 0, made = 0, held = 0, heldBits = 0;
  const fail = (why) => { throw new Error(`compressed data: ${why} at byte ${at} of ${packed.length}`); };
  const need = (bits) => {
    while (heldBits < bits) {
      held |= (packed[at++] ?? 0) << heldBits;  // behind the end: of a last code that is shorter than its table's longest
      heldBits += 8;
    }
  };
  const take = (bits) => {
    need(bits);
    const value = held & ((1 << bits) - 1);
    held >>>= bits;
    heldBits -= bits;
    return value;
  };
  const symbolOf = (table) => {
    need(15);
    const entry = table[held & (table.length - 1)];
    if (entry === 0) fail("no such code");
    held >>>= entry & 15;
    heldBits -= entry & 15;
    return entry >> 4;
  };

  const tablesOfBlock = () => {
    const literals = take(5) + 257, distances = take(5) + 1, lengths = Array(19).fill(0);
    for (let i = take(4) + 4, j = 0; j < i; ++j) lengths[lengthOrder[j]] = take(3);
    const table = codeTable(lengths), all = [];
    while (all.length < literals + distances) {
      const symbol = symbolOf(table);
      if (symbol < 16) {
        all.push(symbol);
        continue;
      }
      const [value, times] = symbol === 16 ? [all[all.length - 1], 3 + take(2)] : [0, symbol === 17 ? 3 + take(3) : 11 + take(7)];
      if (value === undefined) fail("nothing to repeat");
      for (let i = 0; i < times; ++i) all.push(value);
    }
    if (all.length > literals + distances) fail("too many code lengths");
    return [codeTable(all.slice(0, literals)), codeTable(all.slice(literals))];
  };

  const stored = () => {
    take(heldBits & 7);
    const length = take(16);
    if ((take(16) ^ 0xffff) !== length) fail("a wrong length");
    at -= heldBits >> 3;
    held = heldBits = 0;
    if (at + length > packed.length || made + length > size) fail("too many bytes");
    out.set(packed.subarray(at, at + length), made);
    at += length;
    made += length;
  };

  const coded = ([literals, distances]) => {
    for (let symbol = symbolOf(literals); symbol !== 256; symbol = symbolOf(literals)) {
      if (symbol < 256) {
        if (made === size) fail("too many bytes");
        out[made++] = symbol;
        continue;
      }
      if (symbol > 285) fail("no such length");
      const length = lengthBase[symbol - 257] + take(lengthExtra[symbol - 257]), d = symbolOf(distances);
      const from = made - (distanceBase[d] + take(distanceExtra[d]));
      if (!(from >= 0) || made + length > size) fail("a copy from or to outside");
      for (let i = 0; i < length; ++i) out[made + i] = out[from + i];  // may overlap
      made += length;
    }
  };

  for (let isLast = false; !isLast; ) {
    if (at > packed.length + 3) fail("cut off");
    isLast = take(1) === 1;
    const kind = take(2);
    if (kind === 3) fail("no such kind of block");
    if (kind === 0) stored();
    else coded(kind === 1 ? tablesOfFixedCodes() : tablesOfBlock());
  }
  if (at - (heldBits >> 3) !== packed.length) fail("cut off, or followed by other bytes");
  if (made !== size) fail(`${made} bytes, expected ${size}`);
  return out;
}
