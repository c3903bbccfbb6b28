// Accuracy with any set of units replaced, from the values of the samples and the weights of the layers after them.
//
// The sum behind output c of a sample is s_c = b_c + sum of w_ck h_k over the units that are kept + sum of w_ck R_k over those
// that are replaced. Decided is c if s_c > 0 (threshold) or if s_c is the largest, of equals the lowest (argmax). Products of
// two floats are exact as doubles; where their sum is too close to 0 to be sure, it is made exact.

import { isLabelled, unpack } from "./arrays.js";

// The sign of a sum of doubles as real numbers: as an expansion of parts that do not overlap, the last not 0 of which has it
// (Shewchuk, Adaptive precision floating-point arithmetic, 1997).
export function signOfSum(terms) {
  const parts = [];
  for (let x of terms) {
    let kept = 0;
    for (const part of parts) {
      const high = x + part, rest = high - x, low = x - (high - rest) + (part - rest);
      if (low !== 0) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  for (let i = parts.length - 1; i >= 0; --i) {
    if (parts[i] !== 0) return Math.sign(parts[i]);
  }
  return 0;
}

const geluTanh = (x) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))) / 2;
// The normal distribution: Abramowitz and Stegun 26.2.17, to 1e-7.
function normal(x) {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const sum = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  return x > 0 ? 1 - tail : tail;
}
const activations = {
  identity: () => (x) => x,
  tanh: () => Math.tanh,
  sigmoid: () => (x) => 1 / (1 + Math.exp(-x)),
  relu: () => (x) => Math.max(x, 0),
  leaky_relu: (slope = 0.01) => (x) => (x > 0 ? x : slope * x),
  elu: (alpha = 1) => (x) => (x > 0 ? x : alpha * Math.expm1(x)),
  gelu: () => (x) => x * normal(x),
  gelu_tanh: () => geluTanh,
  silu: () => (x) => x / (1 + Math.exp(-x)),
  softplus: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

// The function called "relu" or "leaky_relu(0.2)".
function activationOf(text) {
  const [, word, parameter] = /^([a-z_]+)(?:\((.*)\))?$/.exec(text);
  return activations[word](parameter === undefined ? undefined : Math.fround(Number(parameter)));
}

export class Accuracy {
  /// `knockout`: of a subset; `next`: the layers after this one; `replacementSample` [N] of `resample`, or undefined.
  /// If `bits`, class c are the samples whose label has bit c.
  constructor(knockout, next, units, classes, replacementSample, bits = false) {
    this.bits = bits;
    this.units = units;
    this.classes = classes;
    this.value = unpack(knockout.value);
    this.label = unpack(knockout.label);
    this.samples = this.label.length;
    this.mean = unpack(knockout.mean);
    this.replacementSample = replacementSample;
    this.layers = next.map((layer) => ({
      weight: unpack(layer.weight),
      bias: unpack(layer.bias),
      width: layer.bias.shape[0],
      activation: layer.activation,
    }));
    this.classSize = new Uint32Array(classes);
    for (let c = 0; c < classes; ++c)
      for (const label of this.label) if (isLabelled(label, c, bits)) ++this.classSize[c];
    this.isLastHidden = next.length === 1;
    this.sums = new Float64Array(this.samples * this.layers[0].width);
  }

  canReplace(replace) {
    return replace === "zero" || replace === "mean" || (replace === "resample" && this.replacementSample !== undefined);
  }

  // What unit k of sample i has in place of its value.
  replacement(i, k, replace) {
    if (replace === "zero") return 0;
    if (replace === "mean") return this.mean[k];
    return this.value[this.replacementSample[i] * this.units + k];
  }

  // Sums of the next layer, [N,J], in this.sums.
  addUp(out, replace) {
    const { weight, bias, width } = this.layers[0], units = this.units, value = this.value, sums = this.sums;
    const x = new Float64Array(units), constant = Float64Array.from(bias), kept = [];
    for (let k = 0; k < units; ++k) {
      if (!out[k]) kept.push(k);
      else if (replace === "mean") {
        for (let c = 0; c < width; ++c) constant[c] += weight[c * units + k] * this.mean[k];
      } else if (replace === "resample") kept.push(k);
    }
    const used = kept.length, packedWeight = new Float64Array(width * used);
    for (let c = 0; c < width; ++c) kept.forEach((k, j) => (packedWeight[c * used + j] = weight[c * units + k]));
    const isReplaced = kept.map((k) => out[k]);
    for (let i = 0; i < this.samples; ++i) {
      const begin = i * units, other = replace === "resample" ? this.replacementSample[i] * units : 0;
      for (let j = 0; j < used; ++j) x[j] = value[(isReplaced[j] ? other : begin) + kept[j]];
      for (let c = 0; c < width; ++c) {
        let sum = constant[c];
        for (let j = 0, w = c * used; j < used; ++j, ++w) sum += packedWeight[w] * x[j];
        sums[i * width + c] = sum;
      }
    }
    return sums;
  }

  // The terms of s_c of sample i, for exact sums.
  terms(i, c, out, replace, sign = 1) {
    const { weight, bias } = this.layers[0], terms = [sign * bias[c]];
    for (let k = 0; k < this.units; ++k) {
      const value = out[k] ? this.replacement(i, k, replace) : this.value[i * this.units + k];
      terms.push(sign * weight[c * this.units + k] * value);
    }
    return terms;
  }

  // A bound on the rounding error of any sum, from the largest terms.
  errorBound() {
    if (this.bound !== undefined) return this.bound;
    let largest = 0;
    for (const value of this.value) largest = Math.max(largest, Math.abs(value));
    const { weight, bias, width } = this.layers[0];
    let most = 0;
    for (let c = 0; c < width; ++c) {
      let sum = Math.abs(bias[c]);
      for (let k = 0; k < this.units; ++k) sum += Math.abs(weight[c * this.units + k]) * largest;
      most = Math.max(most, sum);
    }
    this.bound = 2 * (this.units + 2) * Number.EPSILON * most;
    return this.bound;
  }

  // Sums of the output layer, [N,C]; through the layers between in double precision.
  outputSums(out, replace) {
    let sums = this.addUp(out, replace);
    for (let l = 1; l < this.layers.length; ++l) {
      const before = this.layers[l - 1], { weight, bias, width } = this.layers[l], a = activationOf(before.activation);
      const next = new Float64Array(this.samples * width), x = new Float64Array(before.width);
      for (let i = 0; i < this.samples; ++i) {
        for (let j = 0; j < before.width; ++j) x[j] = a(sums[i * before.width + j]);
        for (let c = 0; c < width; ++c) {
          let sum = bias[c];
          for (let j = 0, w = c * before.width; j < before.width; ++j, ++w) sum += weight[w] * x[j];
          next[i * width + c] = sum;
        }
      }
      sums = next;
    }
    return sums;
  }

  /// The decision of each sample with the units of `out` (out[k]: unit k is) replaced. threshold: [N,C], 1 if the output is on;
  /// argmax: [N], the class.
  decisions(out, fn, replace) {
    const sums = this.outputSums(out, replace), C = this.classes, bound = this.isLastHidden ? this.errorBound() : 0;
    const decided = fn === "argmax" ? new Uint16Array(this.samples) : new Uint8Array(this.samples * C);
    for (let i = 0; i < this.samples; ++i) {
      if (fn === "argmax") {
        let best = 0;
        for (let c = 1; c < C; ++c) {
          const difference = sums[i * C + c] - sums[i * C + best];
          if (difference > 2 * bound) best = c;
          else if (bound > 0 && difference >= -2 * bound) {
            const terms = this.terms(i, c, out, replace).concat(this.terms(i, best, out, replace, -1));
            if (signOfSum(terms) > 0) best = c;
          }
        }
        decided[i] = best;
        continue;
      }
      for (let c = 0; c < C; ++c) {
        const sum = sums[i * C + c];
        const close = bound > 0 && Math.abs(sum) <= bound;
        decided[i * C + c] = (close ? signOfSum(this.terms(i, c, out, replace)) : sum) > 0 ? 1 : 0;
      }
    }
    return decided;
  }

  /// Balanced accuracy of class c alone, which by threshold in the last hidden layer costs a C-th.
  balancedOf(c, out, fn, replace) {
    if (fn === "argmax" || !this.isLastHidden) return this.balanced(out, fn, replace)[c];
    const { weight, bias } = this.layers[0], units = this.units, bound = this.errorBound();
    let onOwn = 0, onOthers = 0, constant = bias[c];
    const kept = [];
    for (let k = 0; k < units; ++k) {
      if (!out[k] || replace === "resample") kept.push(k);
      else if (replace === "mean") constant += weight[c * units + k] * this.mean[k];
    }
    const used = Float64Array.from(kept, (k) => weight[c * units + k]);
    for (let i = 0; i < this.samples; ++i) {
      let sum = constant;
      for (let j = 0; j < used.length; ++j) {
        const k = kept[j], sample = out[k] ? this.replacementSample[i] : i;
        sum += used[j] * this.value[sample * units + k];
      }
      const isClose = bound > 0 && Math.abs(sum) <= bound;
      if ((isClose ? signOfSum(this.terms(i, c, out, replace)) : sum) > 0) isLabelled(this.label[i], c, this.bits) ? ++onOwn : ++onOthers;
    }
    return this.balancedFrom(c, onOwn, onOthers);
  }

  balancedFrom(c, onOwn, onOthers) {
    const size = this.classSize[c], others = this.samples - size;
    return Math.fround((onOwn / size + (others - onOthers) / others) / 2);
  }

  /// [C] of each class (fraction of its samples for which it is decided + fraction of the others for which it is not) / 2, rounded
  /// to float as results.h5 has it.
  balanced(out, fn, replace) {
    const decided = this.decisions(out, fn, replace), C = this.classes;
    const onOwn = new Uint32Array(C), onOthers = new Uint32Array(C);
    for (let i = 0; i < this.samples; ++i) {
      const label = this.label[i];
      if (fn === "argmax") {
        ++(decided[i] === label ? onOwn : onOthers)[decided[i]];
        continue;
      }
      for (let c = 0; c < C; ++c) {
        if (decided[i * C + c]) ++(isLabelled(label, c, this.bits) ? onOwn : onOthers)[c];
      }
    }
    return Array.from(onOwn, (own, c) => this.balancedFrom(c, own, onOthers[c]));
  }
}
