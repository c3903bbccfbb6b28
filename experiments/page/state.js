// What is shown: network, layer, time, class, subset, set of units and replacement. Kept in the address behind '#', so that it can be
// sent to a colleague; views are told of every change.

import { membersOf, systems, timesOf, unitsOf } from "./model.js";

export const shown = { system: undefined, layer: undefined, subset: undefined, cls: 0, set: [], replace: undefined, fn: undefined };
const listeners = [];
let wantedSubset, wantedReplace;

/// `update(changed)` is called after a change; `changed`: "layer" if other units, samples or classes are shown, else "set".
export const onChange = (update) => listeners.push(update);
// Updates that are left for later, one in a task, so that the first ones are seen at once.
const waiting = [];
let pump;
function runNext() {
  pump = undefined;
  waiting.shift()?.();
  if (waiting.length > 0) pump = setTimeout(runNext, 0);
  markBusy();
}

// While an update is left for later, some views show what was chosen before.
function markBusy() {
  document.getElementById("views")?.setAttribute("aria-busy", String(waiting.length > 0));
}

/// The same for a view that depends on the layer and subset and on what `key()` returns: only if one of them has changed.
/// `isLater`: after the others, in a task of its own; of several changes only for the last.
export function onChangeOf(key, update, isLater = false) {
  let last, due;
  const run = () => {
    const changed = due;
    due = undefined;
    update(changed);
  };
  onChange((changed) => {
    const now = JSON.stringify(key());
    if (changed !== "layer" && now === last) return;
    last = now;
    if (!isLater) return update(changed);
    if (due === undefined) waiting.push(run);
    due = due === "layer" ? due : changed;
    pump ??= setTimeout(runNext, 0);
    markBusy();
  });
}

/// Calls step() until it returns false, then done(): after `delay` ms and in short tasks, so that interactions are answered
/// meanwhile. Returns a function that ends it.
export function inSlices(delay, step, done) {
  const run = () => {
    const end = performance.now() + 12;
    do {
      if (!step()) return done();
    } while (performance.now() < end);
    timer = setTimeout(run, 0);
  };
  let timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
}

const find = (list, name) => list.find((item) => item.name === name);

// Makes the state whole: what is missing or does not exist gets the first value that does.
function settle(next) {
  const system = find(systems, next.network) ?? systems[0];
  const times = timesOf(system, find(system.layers, next.layer) ?? system.layers[0]);
  const layer = times.find((one) => String(one.time) === String(next.time)) ?? times[0];
  const withTables = [...layer.subsets].reverse().find((subset) => subset.hasAllSets) ?? layer.subsets[layer.subsets.length - 1];
  const subset = find(layer.subsets, next.subset) ?? withTables;
  const isSame = layer === shown.layer && subset === shown.subset;
  Object.assign(shown, { system, layer, subset });
  shown.cls = Number.isInteger(next.cls) && next.cls >= 0 && next.cls < subset.contrasts.length ? next.cls : 0;
  shown.set = unitsOf((next.set ?? []).filter((k) => k >= 0 && k < layer.units), layer.units);
  const usable = subset.accuracy ? replacements.filter((word) => subset.accuracy.canReplace(word)) : subset.stepAccuracy ? [subset.data.in_time.replace] : [];
  shown.replace = usable.includes(next.replace) ? next.replace : usable.includes(subset.knockout?.replace) ? subset.knockout.replace : usable[0];
  shown.fn = subset.stepAccuracy ? "steps" : subset.knockout?.function;
  return isSame ? "set" : "layer";
}

export const replacements = ["zero", "mean", "resample"];

function address() {
  const parts = { network: shown.system.name, layer: shown.layer.name, time: shown.layer.time, subset: shown.subset.name, class: shown.cls,
                  set: membersOf(shown.set).join("."), replace: shown.replace };
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) if (value !== undefined && value !== "") parameters.set(key, value);
  return "#" + parameters;
}

// What the address asks for is wanted from now on, as if it had been chosen.
function fromAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const numbers = (parameters.get("set") ?? "").split(".").filter((text) => /^\d+$/.test(text)).map(Number);
  [wantedSubset, wantedReplace] = [parameters.get("subset"), parameters.get("replace")];
  return { network: parameters.get("network"), layer: parameters.get("layer"), time: parameters.get("time"), subset: wantedSubset,
           cls: Number(parameters.get("class") ?? 0), set: numbers, replace: wantedReplace };
}

/// Changes some of network, layer, time, subset, cls, set (a list of units) and replace.
export function change(some) {
  wantedSubset = some.subset ?? wantedSubset;
  wantedReplace = some.replace ?? wantedReplace;
  const isOther = (some.network ?? shown.system.name) !== shown.system.name || (some.layer ?? shown.layer.name) !== shown.layer.name;
  const before = { network: shown.system.name, layer: shown.layer.name, time: shown.layer.time, subset: wantedSubset ?? shown.subset.name, cls: shown.cls,
                   set: isOther ? [] : membersOf(shown.set), replace: wantedReplace ?? shown.replace };
  const changed = settle({ ...before, ...some });
  history.replaceState(null, "", address());
  for (const update of listeners) update(changed);
}

/// A unit into the set, or out of it.
export function toggle(unit) {
  const set = new Set(membersOf(shown.set));
  if (!set.delete(unit)) set.add(unit);
  change({ set: [...set] });
}

/// To be called once, after the views are there.
export function begin() {
  settle(fromAddress());
  for (const update of listeners) update("layer");
  window.addEventListener("hashchange", () => {
    if (!location.hash.includes("=")) return history.replaceState(null, "", address());  // a link to a place in the page
    const changed = settle(fromAddress());
    for (const update of listeners) update(changed);
  });
}
