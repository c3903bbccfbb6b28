// View: units in and out of the set, its information and accuracy for all classes, and whether that is much.

import { change, inSlices, onChange, onChangeOf, shown, toggle } from "./state.js";
import { announce, bits, count, element, fraction, pText, range, table, unitCount, unitList, view, withoutEmpty } from "./elements.js";
import { membersOf } from "./model.js";
import { row, unpack } from "./arrays.js";
import { constantUnits } from "./verdict.js";
import { imagesPart, tablePart, textPart } from "./picture.js";

const mostPictures = 64, mostToggles = 512, nullValues = 99;

// Small random numbers that are the same at every visit (Mulberry32).
function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// The weights of a unit of the first layer as an image: blue above zero, red below.
function fieldImage(fields, k) {
  const canvas = element("canvas", { width: fields.columns, height: fields.rows, class: "field", role: "img",
    "aria-label": `input weights of unit ${k}` });
  const context = canvas.getContext("2d"), image = context.createImageData(fields.columns, fields.rows);
  row(unpack(fields.weight), k).forEach((value, i) => {
    const part = (value - 128) / 127, other = Math.round(255 * (1 - Math.abs(part)));
    image.data.set(part < 0 ? [255, Math.round(other * 0.55 + 110 * (other / 255)), other, 255] : [other, Math.round(other * 0.45 + 140 * (other / 255)), 255, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

// The histogram of a unit's values, and where its states are cut.
function histogram(subset, k) {
  const { low, high, count: counts, cut } = subset.data.histogram, values = row(unpack(counts), k), most = Math.max(...values);
  const from = unpack(low)[k], to = unpack(high)[k], width = 60, height = 24;
  const svg = d3.create("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("class", "histogram").attr("role", "img")
    .attr("aria-label", `values of unit ${k} from ${from.toPrecision(3)} to ${to.toPrecision(3)}${subset.sd ? `, standard deviation ${subset.sd[k].toPrecision(3)}` : ""}`);
  const step = width / values.length;
  values.forEach((n, i) => {
    if (n > 0) svg.append("rect").attr("x", i * step).attr("width", step).attr("y", height - Math.max(1, (n / most) * height)).attr("height", height);
  });
  if (cut && to > from) for (const value of row(unpack(cut), k)) {
    const at = ((value - from) / (to - from)) * width;
    svg.append("line").attr("x1", at).attr("x2", at).attr("y1", 0).attr("y2", height);
  }
  return svg.node();
}

function unitButtons() {
  const { layer, subset } = shown, constant = new Set(constantUnits(subset));
  const list = element("div", { class: "units", role: "group", "aria-label": "Units of the set" });
  if (layer.units > mostToggles) return list;
  for (let k = 0; k < layer.units; ++k) {
    const isPicture = layer.units <= mostPictures;
    list.append(element("button", { type: "button", class: "unit", "aria-pressed": "false", "data-unit": k, onclick: () => toggle(k),
      title: constant.has(k) ? "hardly varies" : undefined },
      element("span", { class: "number" }, `${k}${constant.has(k) ? "\u2009\u2013" : ""}`),
      isPicture && layer.data.fields ? fieldImage(layer.data.fields, k) : undefined,
      isPicture && subset.data.histogram ? histogram(subset, k) : undefined));
  }
  return list;
}

// The set gets the unit with which it has most information of the class, or loses the one without which it keeps most; of equals
// the lowest. Tries the units one by one, a few at a time, so that wide layers do not make the page wait.
const searching = element("span", { class: "about" });
let endSearch = () => {};
function step(adding) {
  endSearch();
  searching.textContent = "";
  const { subset, cls, set } = shown, from = membersOf(set).join(" ");
  let best = -1, most = -Infinity, k = 0;
  const tryNext = () => {
    if (k < set.length && Boolean(set[k]) !== adding) {
      const other = set.slice();
      other[k] = adding ? 1 : 0;
      const value = subset.relay.of(cls, other);
      if (value > most + 1e-12) [best, most] = [k, value];
    }
    return ++k < set.length;
  };
  const isSame = () => shown.subset === subset && shown.cls === cls && membersOf(shown.set).join(" ") === from;
  const end = performance.now() + 30;
  while (performance.now() < end) {
    if (!tryNext()) {
      if (best >= 0) toggle(best);
      return;
    }
  }
  announce("Searching");
  const tryAndTell = () => {
    searching.textContent = `Unit ${k} of ${set.length} ...`;
    return tryNext();
  };
  endSearch = inSlices(0, () => isSame() && tryAndTell(), () => {
    searching.textContent = "";
    if (isSame() && best >= 0) toggle(best);
  });
}

const setHeads = ["class", "I_R of the set, bit", "of I_R(all)", "rank among all sets of its size", "best set of its size", "its I_R, bit",
               "accuracy, set replaced", "intact"];

function setRows() {
  const { subset, set } = shown, size = membersOf(set).length;
  const information = subset.relay ? subset.information(set) : undefined;
  const accuracy = subset.accuracyWithout(set, shown.replace), total = subset.array("relay", "total");
  const intact = subset.accuracyWithout(new Uint8Array(set.length), shown.replace);
  return subset.contrasts.map((name, c) => {
    const rank = information && subset.rank(c, set, information[c]), best = subset.best(c, size);
    const rankText = !rank ? "-" : rank.low === rank.high ? `${count(rank.low)} of ${count(rank.of)}` : `${count(rank.low)} to ${count(rank.high)} of ${count(rank.of)}`;
    return [name, information ? bits(information[c]) : "-", information && total[c] > 0 ? `${((100 * information[c]) / total[c]).toFixed(1)} %` : "-",
            rankText, best ? unitList(membersOf(best.set)) : "-", best ? bits(best.bits) : "-",
            accuracy && !subset.whole ? fraction(accuracy[c]) : "-", intact && !subset.whole ? fraction(intact[c]) : "-"];
  });
}

// What the set is compared with, of the class: [what, bits, 5 to 95 % without a relay, p].
const chanceHeads = ["relay information of", "bit", "without relay, 5 to 95 %", "p"];
function chanceRows() {
  const { subset, cls, set } = shown, members = membersOf(set), size = members.length, list = [];
  const add = (what, value, found) => found && list.push([what, bits(value), range([found.low, found.high]), pText(found.p)]);
  add("this set", own?.bits, own);
  const best = subset.best(cls, size), greedy = subset.greedy(cls, size);
  if (best && size > 0) add(`the best set of ${size}: ${unitList(membersOf(best.set))}`, best.bits, subset.chance("maximum", cls, size));
  if (greedy && size > 0) add(`the greedy set of ${size}: ${unitList(membersOf(greedy.set))}`, greedy.bits, subset.chance("greedy", cls, size));
  const single = subset.array("relay", "single");
  for (const k of members) {
    if (single && size <= 8) add(`unit ${k} (all units less all others)`, row(single, cls)[k], subset.chance("single", cls, k));
  }
  add("all units", subset.array("relay", "total")[cls], subset.chance("total", cls));
  return list;
}
let own;  // the permutation test of the set in this page {bits, p, low, high}; undefined until it is done

// What p of the class and set of the page means.
function judgement(subset, c, set, p) {
  const chosen = subset.chosenAs(c, set), size = membersOf(set).length;
  const parts = [p <= 0.05 ? `more than expected by chance${chosen ? "" : ", for a set chosen in advance"}` : "not distinguished from chance"];
  if (chosen)
    parts.push(`chosen as the best of ${count(chosen.of)} sets, for which this p is too small; ${subset.chance(chosen.test, c, size) ? "the test of that is in the table below" : `${chosen.setting} tests that`}`);
  const inSeries = subset.data.in_series ? " This takes the samples as independent, which those of a time series are not: p is too small." : "";
  return `${parts.join("; ")}.${inSeries}`;
}

// Of contrasts of whole symbols, the accuracies by class stand in a table of their own; undefined for others.
const wholeHeads = ["class", "set replaced", "intact"];
function wholeRows() {
  const { subset, set, system } = shown, accuracy = subset.accuracyWithout(set, shown.replace);
  const intact = subset.accuracyWithout(new Uint8Array(set.length), shown.replace);
  if (!subset.whole || !accuracy) return undefined;
  return system.classes.map((name, c) => [name, fraction(accuracy[c]), fraction(intact[c])]);
}

function setTitle() {
  const members = membersOf(shown.set);
  const note = shown.replace ? `${shown.fn}, replaced by ${shown.replace}${shown.subset.drawn && `; accuracies of ${shown.subset.drawn}`}` : "no knockouts in this page";
  return `Set {${members.join(" ")}} of ${unitCount(members.length)} (${note})`;
}

// The units, those of the set outlined, the classes with bars, and what chance would give.
function setParts(units, nullText) {
  const { subset, set, cls } = shown, total = subset.array("relay", "total"), information = subset.relay && subset.information(set);
  const tables = [[setHeads, ...setRows()], [chanceHeads, ...chanceRows()]].map(withoutEmpty);
  const bars = information && { label: "bit", rows: subset.contrasts.map((_, c) => ({ value: information[c], bound: total[c] })) };
  const pictures = [...units.querySelectorAll("button.unit")].map((one) => ({ image: [...one.querySelectorAll("canvas, svg")], number: one.dataset.unit, text: "", isMarked: one.getAttribute("aria-pressed") === "true" }));
  const whole = wholeRows();
  return [imagesPart(pictures, { width: 60 }),
          tablePart(`${setTitle()}${bars ? ". Bar: I_R of the set; dashed: I_R(all)" : ""}.`, tables[0][0], tables[0].slice(1), { marked: cls, bars }),
          ...(whole ? [tablePart("Balanced accuracy.", wholeHeads, whole)] : []),
          ...(nullText ? [textPart(nullText)] : []),
          ...(tables[1].length > 1 ? [tablePart("Is it chance?", tables[1][0], tables[1].slice(1))] : [])];
}

export function setBuilderView() {
  const { section, body } = view("set", "Set builder",
    "Press units to put them into the set. Information: what is lost if the set is hidden and all other units are known. Accuracy: with the set replaced.",
    () => [setHeads, ...setRows(), [], chanceHeads, ...chanceRows()], () => setParts(units, nullText.textContent));
  const units = element("div"), numbers = element("div"), nullText = element("p", { class: "null", "aria-live": "polite" });
  const comparison = element("div");
  const typed = element("input", { type: "text", inputmode: "numeric", size: 24, "aria-describedby": "typed-help",
    onchange: () => change({ set: typed.value.split(/[^0-9]+/).filter(Boolean).map(Number) }) });
  const button = (text, title, onclick) => element("button", { type: "button", title, onclick }, text);
  const found = (text, title, find) => button(text, title, () => {
    const one = find(shown.subset, shown.cls, membersOf(shown.set).length);
    if (one) change({ set: membersOf(one.set) });
  });
  const bestButton = found("Best of this size", "The set of this size with most information for the class", (subset, c, size) => subset.best(c, size));
  const greedyButton = found("Greedy of this size", "The set of this size that greedy removal leaves for the class", (subset, c, size) => subset.greedy(c, size));
  const addButton = button("Add best", "The unit with which the set has most information for the class", () => step(true));
  const dropButton = button("Drop worst", "The unit without which the set keeps most information for the class", () => step(false));
  const tools = element("div", { class: "tools" },
    element("label", {}, "Units ", typed), element("span", { id: "typed-help", class: "unseen" }, "Numbers of units, with spaces between"),
    addButton, dropButton,
    bestButton, greedyButton,
    button("Invert", "All other units", () => change({ set: membersOf(shown.set.map((x) => 1 - x)) })),
    button("Clear", "No unit", () => change({ set: [] })), searching);
  body.append(units, tools, nullText, numbers, comparison);

  onChange((changed) => {
    if (changed === "layer") {
      units.replaceChildren(unitButtons());
      addButton.hidden = dropButton.hidden = shown.subset.relay === null;
      bestButton.hidden = !shown.subset.hasAllSets;
    }
    greedyButton.hidden = shown.subset.removalOrder(shown.cls) === undefined;
    for (const one of units.querySelectorAll("button.unit")) one.setAttribute("aria-pressed", String(Boolean(shown.set[Number(one.dataset.unit)])));
    const members = membersOf(shown.set);
    typed.value = members.join(" ");
    const whole = wholeRows();
    numbers.replaceChildren(table(setTitle(), setHeads, setRows(), shown.cls), whole ? table("Balanced accuracy", wholeHeads, whole) : "");
    if (shown.subset.knockout?.method === "sampled" && shown.replace)
      numbers.append(element("p", { class: "missing" }, "results.h5 holds accuracies of random draws of samples; here they are of all samples."));
    if (shown.subset.relay) announce(`${unitCount(members.length)}, ${bits(shown.subset.information(shown.set)[shown.cls])} bit for class ${shown.subset.contrasts[shown.cls]}`);
  });

  // The null distribution takes longer than an interaction may: it is drawn a few values at a time, when nothing else happens.
  let stop = () => {};
  const compare = () => {
    const rows = chanceRows(), about = shown.subset.data.significance;
    const text = `Is it chance? Class ${shown.subset.contrasts[shown.cls]}` +
      (about ? `. This set: permutations of this page; all others: of the run, of all units together, ${shown.subset.exchange}` : "");
    comparison.replaceChildren(rows.length > 0 ? table(text, chanceHeads, rows) : "");
  };
  onChangeOf(() => [shown.cls, membersOf(shown.set)], () => {
    stop();
    const { subset, cls, set } = shown, size = membersOf(set).length;
    nullText.textContent = "";
    own = undefined;
    compare();
    if (!subset.relay || size === 0) return;
    const found = subset.information(set)[cls], random = randomNumbers(1), values = [];
    let draw;
    stop = inSlices(150, () => {
      draw ??= subset.relay.nullOf(cls, set);
      if (draw === undefined) return false;
      values.push(draw(random));
      return values.length < nullValues;
    }, () => {
      if (draw === undefined) {
        nullText.textContent = `Class ${subset.contrasts[cls]}: ${bits(found)} bit. Not compared with chance here, as the contrast has more than two symbols` +
          `${subset.chance("total", cls) ? "; the table below has the tests of the run." : "; analysis.significance tests all units and single ones."}`;
        return;
      }
      values.sort((a, b) => a - b);
      const p = (1 + values.filter((value) => value >= found - 1e-12).length) / (1 + values.length);
      own = { bits: found, p, low: values[4], high: values[94] };
      nullText.textContent = `Class ${subset.contrasts[cls]}: ${bits(found)} bit. If the set relayed nothing: ${range([own.low, own.high])} ` +
        `bit (5 to 95 % of ${nullValues} permutations within states of the other units), p = ${p.toFixed(2)}: ` +
        judgement(subset, cls, set, p);
      compare();
    });
  });
  return section;
}
