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
    this.mean = unpack(subset.unit_mean);
    this.sd = unpack(subset.unit_sd);
    this.cache = new Map();
  }

  /// An array of the results, of this subset: ("relay", "total"); undefined if they do not have it.
  array(measure, path) {
    return unpack(this.layer.data.arrays[`${measure}/${this.name}/${path}`]);
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
                       this.array("knockout", "replacement_sample"), this.system.bits);
    }
    return this.accuracies;
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

  /// {byClass, overall} with the set replaced; undefined if it cannot be computed.
  accuracyWithout(inSet, replace = this.knockout?.replace, fn = this.knockout?.function) {
    if (this.accuracy === null || !this.accuracy.canReplace(replace)) return undefined;
    return this.kept(`a${fn} ${replace} ` + inSet.join(""), () => this.accuracy.balanced(inSet, fn, replace));
  }

  /// The same of one class alone: a number, NaN if it cannot be computed.
  accuracyOf(c, inSet, replace = this.knockout?.replace, fn = this.knockout?.function) {
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

  /// The smallest of these sets with at least `part` of I_R(all), {set, bits}; undefined if I_R(all) is not above 0.
  smallestBest(c, part) {
    const total = this.array("relay", "total")[c], best = this.array("relay", "best/information");
    if (best === undefined || !(total > 0)) return undefined;
    const size = row(best, c).findIndex((value) => value >= part * total - 1e-12);
    return size < 0 ? undefined : this.best(c, size);
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
    Object.assign(this, { name: layer.name, title: layer.title, units: layer.units, wide: layer.wide, module: layer.module });
    this.data = layer;
    this.system = system;
    this.subsets = layer.subsets.map((subset) => new Subset(subset, this, system));
  }
  array(path) {
    return unpack(this.data.arrays[path]);
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

function named(list, name, what) {
  const found = list.find((item) => item.name === String(name));
  if (!found) throw new RangeError(`${what} ${name}: expected one of ${list.map((item) => item.name).join(", ")}`);
  return found;
}

// The subset that a caller means; by default the first network, layer and subset that have tables of all sets.
function subsetOf({ network, layer, subset } = {}, needs = () => true) {
  for (const system of network === undefined ? systems : [named(systems, network, "network")]) {
    for (const at of layer === undefined ? system.layers : [named(system.layers, layer, "layer")]) {
      for (const one of subset === undefined ? at.subsets : [named(at.subsets, subset, "subset")]) {
        const chosen = network !== undefined && layer !== undefined && subset !== undefined;
        if (chosen || (one.data.grids !== undefined && needs(one))) return one;
      }
    }
  }
  if (network !== undefined || layer !== undefined || subset !== undefined) return undefined;
  return systems.flatMap((system) => system.layers.flatMap((at) => at.subsets)).find(needs);
}

function classIndex(names, cls) {
  const index = typeof cls === "number" ? cls : names.indexOf(cls);
  if (!(index in names)) throw new RangeError(`class ${cls}: expected one of ${names.join(", ")}, or its number from 0`);
  return index;
}

window.inforelay = {
  /// Relay information of a set for a class, bits. `set`: a bit mask (number or BigInt) or a list of units.
  information(cls, set, where) {
    const subset = subsetOf(where, (one) => one.relay !== null);
    if (!subset || subset.relay === null) throw new RangeError("no such layer and subset with a table of states in this page");
    return subset.information(unitsOf(set, subset.layer.units))[classIndex(subset.contrasts, cls)];
  },
  /// Balanced accuracy of a class with a set replaced, as a float, by the function and replacement of the results unless
  /// `where` names others: function "threshold" or "argmax", replace "zero", "mean" or "resample".
  accuracy(cls, set, where) {
    const subset = subsetOf(where, (one) => one.accuracy !== null);
    if (!subset || subset.accuracy === null) throw new RangeError("no such layer and subset with knockouts in this page");
    const found = subset.accuracyWithout(unitsOf(set, subset.layer.units), where?.replace, where?.function);
    if (found === undefined)
      throw new RangeError(`replacement by ${where?.replace ?? subset.knockout.replace} cannot be computed from this page`);
    return found.byClass[classIndex(subset.system.classes, cls)];
  },
};
