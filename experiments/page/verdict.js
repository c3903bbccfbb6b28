// View: the main numbers of a layer, and what must be known to judge them.

import { change, onChangeOf, shown } from "./state.js";
import { bits, count, element, fraction, percent, table, unitList, view } from "./elements.js";
import { membersOf } from "./model.js";
import { row } from "./arrays.js";

/// A unit that varies less than this fraction of the unit that varies most is taken as constant.
export const constantFraction = 0.05;
export function constantUnits(subset) {
  const most = Math.max(...subset.sd);
  return Array.from(subset.sd.keys()).filter((k) => subset.sd[k] < constantFraction * most);
}

// The smallest best set with at least `part` of the relay information of all units, {set, bits}.
function smallest(subset, c, part) {
  const total = subset.array("relay", "total")[c], best = subset.array("relay", "best/information");
  if (best === undefined || !(total > 0)) return undefined;
  const size = row(best, c).findIndex((value) => value >= part * total);
  return size < 0 ? undefined : subset.best(c, size);
}

function verdictCells(subset) {
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const intact = subset.array("knockout", "intact");
  return subset.contrasts.map((name, c) => {
    const half = smallest(subset, c, 0.5), most = smallest(subset, c, 0.9);
    const text = (found) => (found ? unitList(membersOf(found.set)) : "-");
    const without = half && !subset.whole ? subset.accuracyWithout(half.set, shown.replace) : undefined;
    return [name, bits(total[c]), bits(bound?.[c]), percent(total[c] / bound?.[c]), text(half), text(most),
            subset.whole ? "-" : fraction(intact?.[c]), without ? fraction(without.byClass[c]) : "-"];
  });
}
const verdictHeads = ["class", "I_R(all), bit", "I(X_in; X_out), bit", "of it", "smallest set with 50 %", "smallest set with 90 %",
               "accuracy, intact", "without the 50 % set"];

function tile(name, value, about, level) {
  return element("div", { class: `tile ${level ?? ""}` }, element("div", { class: "value" }, value), element("div", { class: "name" }, name),
    element("div", { class: "note" }, about));
}

function verdictTiles(subset) {
  const list = [tile("samples", count(subset.samples), `subset ${subset.name}`)];
  const accuracy = subset.array("states", "argmax_accuracy");
  if (accuracy) {
    const sizes = new Map();
    for (const label of subset.accuracy?.label ?? []) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    const chance = sizes.size > 0 ? Math.max(...sizes.values()) / subset.samples : 1 / subset.system.classes.length;
    const isPoor = accuracy[0] < 2 * chance;
    list.push(tile("accuracy (argmax)", fraction(accuracy[0]), `the commonest class has ${fraction(chance)}`, isPoor ? "warn" : ""));
  }
  const total = subset.array("relay", "total"), bound = subset.array("relay", "input_output_information");
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  if (bound) list.push(tile("I_R(all) of I(X_in; X_out)", percent(sum(total) / sum(bound)), "sum over classes"));
  const single = subset.array("states", "singleton_fraction")[0];
  list.push(tile("samples alone in their state", percent(single),
    single > 0.5 ? "undersampled: do not trust the information" : single > 0.1 ? "some bias by undersampling" : "well sampled",
    single > 0.5 ? "bad" : single > 0.1 ? "warn" : ""));
  const constant = constantUnits(subset);
  list.push(tile("units that hardly vary", String(constant.length),
    constant.length > 0 ? `${unitList(constant)}: replacing them by zero shifts the outputs; compare with mean` : `sd below ${percent(constantFraction)} of the largest`,
    constant.length > 0 ? "warn" : ""));
  list.push(tile("networks", "1", "describes this network; for inference, repeat over seeds"));
  return list;
}

export function verdictView() {
  const { section, body } = view("verdict", "Verdict",
    "I_R(all): information that reaches the output only through the units, at most I(X_in; X_out). Choose a class to look at its sets.",
    () => [verdictHeads, ...verdictCells(shown.subset)]);
  onChangeOf(() => [shown.cls, shown.replace], () => {
    const subset = shown.subset, rows = verdictCells(subset);
    const list = rows.map((cellsOfRow, c) => [
      element("button", { type: "button", class: "link", onclick: () => change({ cls: c }) }, cellsOfRow[0]),
      ...cellsOfRow.slice(1, 4),
      ...[0.5, 0.9].map((part, i) => {
        const found = smallest(subset, c, part);
        return found ? element("button", { type: "button", class: "link", title: `Put these units into the set: ${bits(found.bits)} bit`,
          onclick: () => change({ cls: c, set: membersOf(found.set) }) }, cellsOfRow[4 + i]) : "-";
      }),
      ...cellsOfRow.slice(6)]);
    body.replaceChildren(element("div", { class: "tiles" }, verdictTiles(subset)),
      table(`${shown.layer.title}, ${subset.name}`, verdictHeads, list, shown.cls),
      ...subset.data.left_out.map((text) => element("p", { class: "missing" }, `Not in this page: ${text}. results.h5 has it.`)));
  });
  return section;
}
