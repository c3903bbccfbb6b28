// Relay information of any set of units, I_R = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R), from the joint table of
// states, input and output. Y_R: the units of the set, Y_0: all others.
//
// With n of the N samples in each cell of a partition, S = sum of n log2 n, and
//     N I(X_in; X_out | Y) = S(Y) + S(Y, X_in, X_out) - S(Y, X_in) - S(Y, X_out)

import { isLabelled, unpack } from "./arrays.js";

// A partition of the R rows of the joint table: the number of the cell of each row, and how many cells there are.
class Partitions {
  constructor(counts) {
    this.counts = counts;
    this.rows = counts.length;
    this.samples = counts.reduce((sum, n) => sum + n, 0);
    this.sums = new Float64Array(this.rows + 1);
    this.nLogN = new Float64Array(this.samples + 1);
    for (let n = 2; n <= this.samples; ++n) this.nLogN[n] = n * Math.log2(n);
    this.seen = new Int32Array(0);
  }

  // The cells of `ids`, `cells` of them, divided by a symbol of each row in [0, levels). Into `out`; returns their number.
  refine(ids, cells, symbols, levels, out) {
    const places = cells * levels;
    if (this.seen.length < places) this.seen = new Int32Array(2 * places);
    const seen = this.seen.fill(-1, 0, places);
    let next = 0;
    for (let r = 0; r < this.rows; ++r) {
      const place = ids[r] * levels + symbols[r];
      if (seen[place] < 0) seen[place] = next++;
      out[r] = seen[place];
    }
    return next;
  }

  // S of a partition.
  sum(ids, cells) {
    const sums = this.sums.fill(0, 0, cells);
    for (let r = 0; r < this.rows; ++r) sums[ids[r]] += this.counts[r];
    let total = 0;
    for (let i = 0; i < cells; ++i) total += this.nLogN[sums[i]];
    return total;
  }
}

export class RelayInformation {
  // `table`: of the page's data. Contrast c asks whether input and output are symbol c; if `whole`, there is one contrast,
  // of the symbols themselves. If `bits`, contrast c asks for bit c of both.
  constructor(table, units, classes, whole, bits = false) {
    const counts = unpack(table.count), state = unpack(table.state);
    this.units = units;
    this.rows = counts.length;
    this.levels = table.levels;
    this.parts = new Partitions(counts);
    this.samples = this.parts.samples;
    this.input = unpack(table.input);
    this.output = unpack(table.output);
    this.level = [];  // [K][R]
    for (let k = 0; k < units; ++k) {
      const level = new Uint8Array(this.rows);
      for (let r = 0; r < this.rows; ++r) {
        const byte = r * table.state_bytes;
        level[r] = table.levels > 2 ? state[byte + k] : (state[byte + (k >> 3)] >> (k & 7)) & 1;
      }
      this.level.push(level);
    }
    this.pairs = [];  // of each contrast: symbols of the rows, and how many
    if (whole) {
      this.pairs.push([this.input, this.output, classes]);
    } else {
      for (let c = 0; c < classes; ++c)
        this.pairs.push([this.input, this.output].map((symbols) => symbols.map((s) => (isLabelled(s, c, bits) ? 1 : 0))).concat(2));
    }
    this.buffers = Array.from({ length: 4 }, () => new Int32Array(this.rows));
    this.allUnits = this.pairs.map(() => undefined);
  }

  // The partition by Y_0, into the first buffer; returns the number of cells. `relay[k]`: unit k is in Y_R.
  partition(relay) {
    let [ids, other] = this.buffers;
    ids.fill(0);
    let cells = 1;
    for (let k = 0; k < this.units; ++k) {
      if (relay[k]) continue;
      cells = this.parts.refine(ids, cells, this.level[k], this.levels, other);
      [ids, other] = [other, ids];
    }
    this.buffers[0] = ids;
    this.buffers[1] = other;
    return cells;
  }

  // N I(X_in; X_out | cells of the first buffer) for contrast c.
  conditional(c, cells, stateSum, output = this.pairs[c][1]) {
    const [ids, , withInput, withOther] = this.buffers;
    const [input, , symbols] = this.pairs[c];
    const inputCells = this.parts.refine(ids, cells, input, symbols, withInput);
    const inputSum = this.parts.sum(withInput, inputCells);
    const bothCells = this.parts.refine(withInput, inputCells, output, symbols, withOther);
    const bothSum = this.parts.sum(withOther, bothCells);
    const outputCells = this.parts.refine(ids, cells, output, symbols, withOther);
    return stateSum + bothSum - inputSum - this.parts.sum(withOther, outputCells);
  }

  // N I(X_in; X_out | all units).
  givenAll(c) {
    if (this.allUnits[c] === undefined) {
      const cells = this.partition(new Uint8Array(this.units));
      this.allUnits[c] = this.conditional(c, cells, this.parts.sum(this.buffers[0], cells));
    }
    return this.allUnits[c];
  }

  /// Bits, of contrast c; exactly 0 of the empty set. Cost O(R K).
  of(c, relay) {
    const all = this.givenAll(c), cells = this.partition(relay);
    return (this.conditional(c, cells, this.parts.sum(this.buffers[0], cells)) - all) / this.samples;
  }

  /// Bits, of all contrasts: the partition is shared.
  ofAll(relay) {
    for (let c = 0; c < this.pairs.length; ++c) this.givenAll(c);
    const cells = this.partition(relay), stateSum = this.parts.sum(this.buffers[0], cells);
    return this.pairs.map((_, c) => (this.conditional(c, cells, stateSum) - this.givenAll(c)) / this.samples);
  }

  /// Draws null values of I_R of contrast c: the states of the set are permuted among the samples of equal Y_0, so that they say
  /// nothing beyond Y_0 ("no relay"; docs/method.md). Returns a function that makes the next value from random(), in [0,1).
  /// Cost O(N) a value. Undefined for contrasts of whole symbols.
  nullOf(c, relay) {
    if (this.pairs[c][2] !== 2) return undefined;
    const cells = this.partition(relay), stateSum = this.parts.sum(this.buffers[0], cells);
    const given = this.conditional(c, cells, stateSum), others = this.buffers[0].slice();
    let ids = new Int32Array(this.rows), next = new Int32Array(this.rows), states = 1;
    for (let k = 0; k < this.units; ++k) {
      if (!relay[k]) continue;
      states = this.parts.refine(ids, states, this.level[k], this.levels, next);
      [ids, next] = [next, ids];
    }
    // The samples, those of equal Y_0 side by side.
    const begin = new Uint32Array(cells + 1), rowOf = new Uint32Array(this.samples);
    for (let r = 0; r < this.rows; ++r) begin[others[r] + 1] += this.parts.counts[r];
    for (let i = 0; i < cells; ++i) begin[i + 1] += begin[i];
    const place = begin.slice();
    for (let r = 0; r < this.rows; ++r) {
      for (let n = this.parts.counts[r]; n > 0; --n) rowOf[place[others[r]]++] = r;
    }
    const symbol = Uint8Array.from(rowOf, (r) => this.pairs[c][0][r] + 2 * this.pairs[c][1][r]);
    const state = Int32Array.from(rowOf, (r) => ids[r]), counts = new Uint32Array(4 * states), met = new Int32Array(states);
    const f = this.parts.nLogN;
    return (random) => {
      let sum = 0;
      for (let cell = 0; cell < cells; ++cell) {
        const first = begin[cell], end = begin[cell + 1];
        for (let i = end - 1; i > first; --i) {
          const j = first + Math.floor(random() * (i - first + 1)), swapped = state[i];
          state[i] = state[j];
          state[j] = swapped;
        }
        let states = 0;
        for (let i = first; i < end; ++i) {
          if (counts[4 * state[i]] + counts[4 * state[i] + 1] + counts[4 * state[i] + 2] + counts[4 * state[i] + 3] === 0)
            met[states++] = state[i];
          ++counts[4 * state[i] + symbol[i]];
        }
        for (let m = 0; m < states; ++m) {
          const at = 4 * met[m], n0 = counts[at], n1 = counts[at + 1], n2 = counts[at + 2], n3 = counts[at + 3];
          sum += f[n0 + n1 + n2 + n3] + f[n0] + f[n1] + f[n2] + f[n3] - f[n1 + n3] - f[n0 + n2] - f[n2 + n3] - f[n0 + n1];
          counts.fill(0, at, at + 4);
        }
      }
      return (given - sum) / this.samples;
    };
  }
}
