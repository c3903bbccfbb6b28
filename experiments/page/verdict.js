// View: the main numbers of a layer, and what must be known to judge them.

import { change, inSlices, onChangeOf, shown } from "./state.js";
import { bits, count, element, fraction, percent, pText, replaceContent, shortRange, shortUnitList, table, unitList, view, withoutEmpty } from "./elements.js";
import { membersOf } from "./model.js";

/// A unit whose standard deviation is below this fraction of their upper quartile is nearly constant, as in the summary.
const constantFraction = 0.05;
export function constantUnits(subset) {
  const usual = Float64Array.from(subset.sd).sort()[Math.floor((subset.sd.length * 3) / 4)];
  return Array.from(subset.sd.keys()).filter((k) => subset.sd[k] < constantFraction * usual);
}

const hasAccuracy = (subset) => !subset.whole && subset.hasAccuracy && shown.replace !== undefined;
const half = (subset, c) => subset.smallest(c, 0.5);
const withoutHalf = (subset, c) => subset.accuracyOf(c, half(subset, c).set, shown.replace);

// `computed`: of the classes before this one the last column is known.
function verdictCells(subset, computed, list = unitList) {
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const intact = subset.array("knockout", "intact") ?? (subset.stepAccuracy && subset.contrasts.map((_, c) => subset.accuracyOf(c, new Uint8Array(subset.layer.units))));
  return subset.contrasts.map((name, c) => {
    const text = (found) => (found ? list(membersOf(found.set)) : "-"), hasHalf = hasAccuracy(subset) && half(subset, c);
    const chance = subset.chance("total", c);
    return [name, bits(total[c]), shortRange(subset.interval("total", c)), bits(bound?.[c]), percent(total[c] / bound?.[c]), bits(chance?.high), pText(chance?.p),
            text(half(subset, c)), text(subset.smallest(c, 0.9)),
            subset.whole ? "-" : fraction(intact?.[c]), !hasHalf ? "-" : c < computed ? fraction(withoutHalf(subset, c)) : "..."];
  });
}
function verdictHeads(subset) {
  const set = subset.hasAllSets ? "smallest set" : "greedy set", { level, permutations } = subset.data.significance ?? {};
  return ["class", "I_R(all), bit", level === undefined ? "interval" : `${Math.round(100 * level)} % interval`, "I(X_in; X_out), bit", "I_R(all) of it",
          permutations === undefined ? "without relay: 95 %" : `without relay: 95 % of ${permutations}`, "p", `${set} with 50 %`, `${set} with 90 %`,
          `accuracy, intact${subset.ofDraws}`, subset.drawn ? `without the 50 % set, of ${subset.drawn}` : "without the 50 % set"];
}
const firstSetColumn = 7;

// Of the permutation tests of I_R(all).
function chanceTile(subset) {
  const total = subset.array("relay", "total"), mean = subset.array("significance", "total_null_mean"), about = subset.data.significance;
  const found = subset.contrasts.map((_, c) => subset.chance("total", c)), tested = found.filter((one) => one !== undefined);
  if (tested.length === 0) return undefined;
  const above = tested.filter((one) => one.p <= 0.05).length, large = found.filter((one, c) => one && mean[c] >= total[c] / 2).length;
  return tile("above chance (p \u2264 0.05)", `${above} of ${tested.length}`,
    large > 0 ? `but of ${large} at least half would be found without a relay: too few samples` : `I_R(all), ${about.permutations} permutations, ${subset.exchange}; p of each, not corrected`,
    large > 0 ? "bad" : above < tested.length ? "warn" : "");
}

function tile(name, value, about, level) {
  return element("div", { class: `tile ${level ?? ""}` }, element("div", { class: "value" }, value), element("div", { class: "name" }, name),
    element("div", { class: "note" }, about));
}

function verdictTiles(subset) {
  const list = [tile("samples", count(subset.samples), `subset ${subset.name}`)];
  const steps = subset.array("states", "step_accuracy"), accuracy = subset.array("states", "argmax_accuracy");
  if (steps) list.push(tile("steps decided correctly", fraction(steps[0]), "of all steps of the trials"));
  if (accuracy) {
    const chance = subset.commonest, { bits: isBits } = subset.system;
    list.push(tile(isBits ? "samples with all bits right" : "accuracy (argmax)", fraction(accuracy[0]),
      chance === undefined ? "" : `the commonest ${isBits ? "combination of bits" : "class"} has ${fraction(chance)}`, accuracy[0] <= chance + 3 * Math.sqrt(chance * (1 - chance) / subset.samples) ? "warn" : ""));
  }
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const sum = (values) => values.reduce((a, b, c) => (Number.isFinite(total[c]) ? a + b : a), 0);  // the classes that were analysed
  if (bound) list.push(tile("I_R(all) of I(X_in; X_out)", percent(sum(total) / sum(bound)), "sum over classes"));
  const single = subset.array("states", "singleton_fraction")[0];
  list.push(tile("samples alone in their state", percent(single),
    single > 0.5 ? "undersampled: do not trust the information" : single > 0.02 ? "bias by undersampling: compare sets with chance" : "well sampled",
    single > 0.5 ? "bad" : single > 0.02 ? "warn" : ""));
  list.push(chanceTile(subset));
  const constant = constantUnits(subset);
  list.push(tile("units that hardly vary", String(constant.length),
    constant.length > 0 ? unitList(constant) + (subset.system.kind === "network" ? ": replacing them by zero shifts the outputs; compare with mean" : "") : `sd below ${percent(constantFraction)} of the upper quartile`,
    constant.length > 0 ? "warn" : ""));
  if (subset.system.kind === "network") list.push(tile("networks", "1", "describes this network; for inference, repeat over seeds"));
  return list.filter((one) => one !== undefined);
}

export function verdictView() {
  const { section, body } = view("verdict", "Verdict",
    "I_R(all): information that reaches the output only through the units, at most I(X_in; X_out). Choose a class to look at its sets.",
    () => withoutEmpty([verdictHeads(shown.subset), ...verdictCells(shown.subset, Infinity)]));
  const draw = (subset, computed) => {
    const rows = verdictCells(subset, computed, shortUnitList).map((cells, c) => [
      element("button", { type: "button", class: "link", onclick: () => change({ cls: c }) }, cells[0]),
      ...cells.slice(1, firstSetColumn),
      ...[0.5, 0.9].map((part, i) => {
        const found = subset.smallest(c, part);
        return found ? element("button", { type: "button", class: "link", title: `Put these units into the set: ${unitList(membersOf(found.set))}; ${bits(found.bits)} bit`,
          onclick: () => change({ cls: c, set: membersOf(found.set) }) }, cells[firstSetColumn + i]) : "-";
      }),
      ...cells.slice(firstSetColumn + 2)]);
    replaceContent(numbers, table(`${shown.layer.title}, ${subset.name}`, verdictHeads(subset), rows));
    mark();
  };
  // The row of the class.
  const mark = () => numbers.querySelectorAll("tbody tr").forEach((line, c) => {
    line.classList.toggle("marked", c === shown.cls);
    if (c === shown.cls) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  });
  const numbers = element("div"), above = element("div", { class: "tiles" }), below = element("div");
  body.append(above, numbers, below);
  let stop = () => {};
  onChangeOf(() => [shown.replace], (changed) => {
    stop();
    const { subset } = shown;
    if (changed === "layer") {
      above.replaceChildren(...verdictTiles(subset));
      below.replaceChildren(...subset.data.left_out.map((text) => element("p", { class: "missing" }, `Not in this page: ${text}. results.h5 has it.`)));
    }
    draw(subset, 0);
    let c = 0;
    stop = !hasAccuracy(subset) ? () => {} : inSlices(100, () => {
      if (half(subset, c)) withoutHalf(subset, c);
      return ++c < subset.contrasts.length;
    }, () => draw(subset, Infinity));
  });
  onChangeOf(() => [shown.cls], mark);
  return section;
}
