// Relay information of any set of units, I_R = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R), from the joint table of
// states, input and output. Y_R: the units of the set, Y_0: all others.
//
// With n of the N samples in each cell of a partition, S = sum of n log2 n, and
//     N I(X_in; X_out | Y) = S(Y) + S(Y, X_in, X_out) - S(Y, X_in) - S(Y, X_out)

import { unpack } from "./arrays.js";

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
  // of the symbols themselves.
  constructor(table, units, classes, whole) {
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
        this.pairs.push([this.input.map((s) => (s === c ? 1 : 0)), this.output.map((s) => (s === c ? 1 : 0)), 2]);
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
}
