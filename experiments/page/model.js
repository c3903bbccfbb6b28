// Systems (networks and recordings), layers and subsets of the page with what can be computed of them.

import { row, unpack } from "./arrays.js";
import { Accuracy } from "./accuracy.js";
import { RelayInformation } from "./information.js";

export const data = JSON.parse(document.getElementById("data").textContent);

// Of a subset of the samples of a layer.
class Subset {
  constructor(subset, layer, system) {
    Object.assign(this, { name: subset.name, samples: subset.samples, contrasts: subset.contrasts, whole: subset.whole });
    this.layer = layer;
    this.system = system;
    this.data = subset;
    this.knockout = subset.knockout;
    this.cache = new Map();
  }

  /// An array of the results, of this subset: ("relay", "total"); undefined if they do not have it.
  array(measure, path) {
    return unpack(this.layer.data.arrays[`${measure}/${this.name}/${path}`]);
  }

  /// The same: do the results have it, be it in the page or not?
  has(measure, path) {
    return this.data.results.includes(`${measure}/${path}`);
  }

  /// Standard deviation of each unit, [K]; undefined if there was no room for them.
  get sd() {
    return unpack(this.data.unit_sd);
  }

  /// Null if the joint table was too large for the page.
  get relay() {
    if (this.relayInformation === undefined) {
      this.relayInformation =
        this.data.table === undefined
          ? null
          : new RelayInformation(this.data.table, this.layer.units, this.system[this.whole ? "symbols" : "classes"].length, this.whole,
                                   this.system.bits);
    }
    return this.relayInformation;
  }

  /// Null if there are no knockouts, or the values of the samples were too many for the page.
  get accuracy() {
    if (this.accuracies === undefined) {
      const value = this.knockout?.value;
      this.accuracies = !value
        ? null
        : new Accuracy(this.knockout, this.layer.data.next, this.layer.units, this.system.classes.length,
                       unpack(this.knockout.replacement_sample), this.system.bits);
    }
    return this.accuracies;
  }

  /// Of recurrent networks: accuracy of each class with any set replaced in every step, from the results, [C,S].
  get stepAccuracy() {
    return unpack(this.data.in_time?.accuracy);
  }

  get hasAccuracy() {
    return this.accuracy !== null || this.stepAccuracy !== undefined;
  }

  /// If the page has the values of some samples only: "1,000 of 10,000 samples"; else "".
  get drawn() {
    this.drawnText ??= this.knockout?.sample && this.accuracy ? `${this.accuracy.samples.toLocaleString("en")} of ${this.samples.toLocaleString("en")} samples, drawn at random` : "";
    return this.drawnText;
  }

  /// The fraction of the samples with the commonest input symbol, the accuracy of always deciding for it: of all samples
  /// from the joint table, else of those whose labels the page has. Undefined without either.
  get commonest() {
    const symbols = this.relay?.input ?? this.accuracy?.label, counts = this.relay?.parts.counts;
    if (!symbols) return undefined;
    const sizes = new Map();
    symbols.forEach((symbol, i) => sizes.set(symbol, (sizes.get(symbol) ?? 0) + (counts ? counts[i] : 1)));
    return Math.max(...sizes.values()) / (this.relay?.samples ?? symbols.length);
  }

  // What was computed for a set is kept: views ask for the same again.
  kept(key, compute) {
    if (!this.cache.has(key)) {
      if (this.cache.size > 2000) this.cache.clear();
      this.cache.set(key, compute());
    }
    return this.cache.get(key);
  }

  /// Relay information of a set (inSet[k]) for all contrasts, bits.
  information(inSet) {
    return this.kept("i" + inSet.join(""), () => this.relay.ofAll(inSet));
  }

  /// Accuracy of each class with the set replaced; undefined if it cannot be computed.
  accuracyWithout(inSet, replace = this.knockout?.replace, fn = this.knockout?.function) {
    if (this.stepAccuracy) return d3.range(this.stepAccuracy.shape[0]).map((c) => this.accuracyOf(c, inSet));
    if (this.accuracy === null || !this.accuracy.canReplace(replace)) return undefined;
    return this.kept(`a${fn} ${replace} ` + inSet.join(""), () => this.accuracy.balanced(inSet, fn, replace));
  }

  /// That of one class alone: a number, NaN if it cannot be computed.
  accuracyOf(c, inSet, replace = this.knockout?.replace, fn = this.knockout?.function) {
    if (this.stepAccuracy) return row(this.stepAccuracy, c)[inSet.reduce((index, x, k) => index + x * 2 ** k, 0)];
    if (this.accuracy === null || !this.accuracy.canReplace(replace)) return NaN;
    return this.kept(`c${c} ${fn} ${replace} ` + inSet.join(""), () => this.accuracy.balancedOf(c, inSet, fn, replace));
  }

  /// How many sets of the size of inSet have more relay information, {low, high}, and how many there are. The counts are those
  /// of bins: the rank is between them. Undefined without a table of all sets.
  rank(c, inSet, bits) {
    const grid = this.data.grids?.[c];
    if (grid === undefined) return undefined;
    const size = inSet.reduce((sum, x) => sum + x, 0), counts = row(unpack(grid.rank), size);
    const part = grid.high > grid.low ? (Math.fround(bits) - grid.low) / (grid.high - grid.low) : 0;
    const bin = Math.min(grid.bins - 1, Math.max(0, Math.floor(part * grid.bins)));
    let above = 0, all = 0;
    counts.forEach((n, i) => {
      all += n;
      if (i > bin) above += n;
    });
    return { low: above + 1, high: above + Math.max(1, counts[bin]), of: all };
  }

  /// The set of `size` units with the most relay information, {set, bits}; undefined without a table of all sets.
  best(c, size) {
    const sets = this.array("relay", "best/set"), bits = this.array("relay", "best/information");
    if (sets === undefined) return undefined;
    return { set: unitsOf(row(sets, c)[size], this.layer.units), bits: row(bits, c)[size] };
  }

  /// How samples are exchanged in the permutation tests of the run.
  get exchange() {
    return { samples: "samples permuted", trials: "whole trials permuted", circular_shifts: "time shifted in a circle" }[this.data.significance?.exchange];
  }

  /// For labels of accuracies that the run measured: on what, if not on all samples.
  get ofDraws() {
    return this.knockout?.method === "sampled" ? ", of random draws of samples" : "";
  }

  get hasAllSets() {
    return this.array("relay", "best/information") !== undefined;
  }

  /// If the set (inSet[k]) was found as the best or the greedy one of its size: {of, test, setting}, among how many sets, and the
  /// statistic of the run's tests that repeats the search, with the setting that asks for it. Else undefined.
  chosenAs(c, inSet) {
    const members = membersOf(inSet).join(" "), size = d3.sum(inSet), units = this.layer.units;
    const isSet = (one) => one !== undefined && membersOf(one.set).join(" ") === members;
    const of = d3.range(size).reduce((n, i) => (n * (units - i)) / (i + 1), 1);
    if (of > 1 && isSet(this.best(c, size))) return { of, test: "maximum", setting: "analysis.significance.maximum" };
    if (size === units || !isSet(this.greedy(c, size))) return undefined;
    const tried = d3.sum(d3.range(size + 1, units + 1));  // at each size that the search leaves, one set for each unit left
    return { of: tried, test: "greedy", setting: "analysis.significance.statistics: greedy" };
  }

  /// The set of `size` units that the greedy search leaves, {set, bits}; undefined if there was none.
  greedy(c, size) {
    const order = this.removalOrder(c), bits = this.array("relay", "greedy/information"), units = this.layer.units;
    if (order === undefined || size > units) return undefined;
    return { set: unitsOf(order.slice(units - size), units), bits: size === units ? this.array("relay", "total")[c] : row(bits, c)[units - 1 - size] };
  }

  /// The smallest set with at least `part` of I_R(all), {set, bits}: of all sets if there is a table of them, else of those
  /// on the greedy path, where a smaller set may have more. Undefined if I_R(all) is not above 0, or there is neither.
  smallest(c, part) {
    const total = this.array("relay", "total")[c], least = part * total - 1e-12;
    if (!(total > 0)) return undefined;
    if (this.hasAllSets) {
      const size = row(this.array("relay", "best/information"), c).findIndex((value) => value >= least);
      return size < 0 ? undefined : this.best(c, size);
    }
    if (this.removalOrder(c) === undefined) return undefined;
    const path = row(this.array("relay", "greedy/information"), c), units = this.layer.units;  // of units - 1, ..., 0 units
    let size = 0;
    while (size < units && !(path[units - 1 - size] >= least)) ++size;
    return this.greedy(c, size);
  }

  /// Of a permutation test of the run {p, low, high}, low and high 5 and 95 % of the null distribution, bits: of "total"; of
  /// "single" of unit `at`; of "greedy" and "maximum", the greedy and the best set of size `at`. Undefined without it.
  chance(what, c, at = 0) {
    const p = this.array("significance", `${what}_p`), quantile = this.array("significance", `${what}_null`);
    if (p === undefined) return undefined;
    const i = c * (p.length / p.shape[0]) + at, levels = quantile.length / p.length;
    return Number.isFinite(p[i]) ? { p: p[i], low: quantile[i * levels], high: quantile[(i + 1) * levels - 1] } : undefined;
  }

  /// The bootstrap interval of "total", or of "single" of unit `at`, [low, high]; undefined if there is none.
  interval(what, c, at = 0) {
    const bounds = this.array("significance", `${what}_interval`);
    if (bounds === undefined) return undefined;
    const i = 2 * (c * (bounds.length / 2 / bounds.shape[0]) + at);
    return Number.isFinite(bounds[i]) ? [bounds[i], bounds[i + 1]] : undefined;
  }

  /// Units in the order of greedy removal; undefined if there was no search.
  removalOrder(c) {
    const order = this.array("relay", "greedy/removal_order");
    const units = order && Array.from(row(order, c));
    return units && units.every((k) => k < this.layer.units) ? units : undefined;
  }
}

class Layer {
  constructor(layer, system) {
    Object.assign(this, { name: layer.name, title: layer.title, units: layer.units, module: layer.module, time: layer.time });
    if (layer.time !== undefined) this.title += `, time ${layer.time}`;
    this.data = layer;
    this.system = system;
    this.subsets = layer.subsets.map((subset) => new Subset(subset, this, system));
  }
}

class System {
  constructor(system) {
    Object.assign(this, { name: system.name, kind: system.kind, classes: system.classes, symbols: system.symbols, bits: system.bits, source: system.source });
    this.layers = system.layers.map((layer) => new Layer(layer, this));
  }
}

export const systems = (data.systems ?? []).map((system) => new System(system));

/// inSet[k], of a set as a bit mask (number or BigInt) or a list of units.
export function unitsOf(set, units) {
  const inSet = new Uint8Array(units);
  if (typeof set !== "number" && typeof set !== "bigint") {
    for (const k of set) {
      if (!(k in inSet)) throw new RangeError(`unit ${k}: expected one of 0 to ${units - 1}`);
      inSet[k] = 1;
    }
    return inSet;
  }
  const bits = BigInt(set);
  if (bits < 0n || bits >> BigInt(units) !== 0n) throw new RangeError(`set ${set}: the layer has ${units} units`);
  for (let k = 0; k < units; ++k) inSet[k] = Number((bits >> BigInt(k)) & 1n);
  return inSet;
}
export const membersOf = (inSet) => Array.from(inSet.keys()).filter((k) => inSet[k]);

/// The layers of the page that are `layer` of the results: one for each time at which it was analysed.
export const timesOf = (system, layer) => system.layers.filter((other) => other.name === layer.name);

// By a property that is a text or number; without a value the first.
function named(list, name, what, key = "name") {
  const found = name === undefined ? list[0] : list.find((item) => String(item[key]) === String(name));
  if (!found) throw new RangeError(`${what} ${name}: expected one of ${list.map((item) => item[key]).join(", ")}`);
  return found;
}

// The subset that a caller means; by default the first network, layer, time and subset that have tables of all sets.
function subsetOf({ network, layer, time, subset } = {}, needs = () => true) {
  const withLayer = systems.filter((system) => layer === undefined || system.layers.some((one) => one.name === String(layer)));
  for (const system of network !== undefined ? [named(systems, network, "network")] : withLayer.length > 0 ? withLayer : systems.slice(0, 1)) {
    for (const at of layer === undefined ? system.layers : [named(timesOf(system, named(system.layers, layer, "layer")), time, "time", "time")]) {
      for (const one of subset === undefined ? at.subsets : [named(at.subsets, subset, "subset")]) {
        const chosen = network !== undefined && layer !== undefined && subset !== undefined;
        if (chosen || (one.hasAllSets && needs(one))) return one;
      }
    }
  }
  if (network !== undefined || layer !== undefined || subset !== undefined) return undefined;
  return systems.flatMap((system) => system.layers.flatMap((at) => at.subsets)).find(needs);
}

// Why subsetOf() found nothing.
const nothingFound = (what) =>
  `no layer and subset like that with ${what} and a table of all sets; of a layer without such a table (a wide one) name network, layer and subset`;

function classIndex(names, cls) {
  const index = typeof cls === "number" ? cls : names.indexOf(cls);
  if (!(index in names)) throw new RangeError(`class ${cls}: expected one of ${names.join(", ")}, or its number from 0`);
  return index;
}

window.inforelay = {
  /// Relay information of a set for a class, bits. `set`: a bit mask (number or BigInt) or a list of units.
  information(cls, set, where) {
    const subset = subsetOf(where, (one) => one.relay !== null);
    if (!subset) throw new RangeError(nothingFound("joint table of states, input and output"));
    if (subset.relay === null) throw new RangeError(`${subset.layer.title}, ${subset.name}: the page does not have its joint table of states, input and output; results.h5 has the states`);
    return subset.information(unitsOf(set, subset.layer.units))[classIndex(subset.contrasts, cls)];
  },
  /// Balanced accuracy of a class with a set replaced, as a float, by the function and replacement of the results unless
  /// `where` names others: function "threshold" or "argmax", replace "zero", "mean" or "resample".
  accuracy(cls, set, where) {
    const subset = subsetOf(where, (one) => one.accuracy !== null && !one.knockout.sample);
    if (!subset) throw new RangeError(nothingFound("knockouts and values of all samples"));
    if (subset.accuracy === null) throw new RangeError(`${subset.layer.title}, ${subset.name}: the page does not have knockouts with values of the samples`);
    if (subset.knockout.sample) throw new RangeError(`the page has the values of ${subset.drawn}, too few for this accuracy`);
    const found = subset.accuracyWithout(unitsOf(set, subset.layer.units), where?.replace, where?.function);
    if (found === undefined)
      throw new RangeError(`replacement by ${where?.replace ?? subset.knockout.replace} cannot be computed from this page`);
    return found[classIndex(subset.system.classes, cls)];
  },
};
