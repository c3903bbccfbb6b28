// View: which units carry which class, how much classes share, and which are alike.

import { change, onChangeOf, shown } from "./state.js";
import { element, replaceContent, shortUnitList, unitList, view } from "./elements.js";
import { membersOf } from "./model.js";

const mostUnits = 128, mostClasses = 40;

// Units of the smallest set of a class, ascending; undefined without one.
function moduleOf(subset, c, part) {
  const found = subset.smallest(c, part);
  return found && membersOf(found.set);
}

const jaccard = (a, b) => {
  const both = a.filter((k) => b.includes(k)).length, any = a.length + b.length - both;
  return any === 0 ? 1 : both / any;
};

/// Average linkage of some classes by 1 - Jaccard: a binary tree {members, height, left, right}; leaves have no children.
function cluster(modules, classes) {
  const distance = (a, b) => d3.mean(a.members.flatMap((i) => b.members.map((j) => 1 - jaccard(modules[i], modules[j]))));
  let trees = classes.map((c) => ({ members: [c], height: 0 }));
  while (trees.length > 1) {
    let least = Infinity, pair;
    trees.forEach((a, i) => trees.slice(0, i).forEach((b) => {
      const d = distance(b, a);
      if (d < least - 1e-12) [least, pair] = [d, [b, a]];
    }));
    const [left, right] = pair;
    trees = trees.filter((tree) => tree !== left && tree !== right);
    trees.push({ members: left.members.concat(right.members), height: least, left, right });
  }
  return trees[0];
}

function matrix(modules, order) {
  const { subset, layer } = shown, cell = layer.units > 40 ? 12 : 22, left = 110, top = 24;
  const svg = d3.create("svg").attr("class", "chart matrix").attr("role", "img").attr("aria-label", "Classes by units: filled if the unit is in the set of the class")
    .attr("viewBox", `0 0 ${left + cell * layer.units + 4} ${top + cell * order.length + 4}`).attr("width", left + cell * layer.units + 4);
  for (let k = 0; k < layer.units; k += layer.units > 40 ? 10 : 1)
    svg.append("text").attr("class", "tick").attr("x", left + cell * (k + 0.5)).attr("y", top - 8).attr("text-anchor", "middle").text(k);
  order.forEach((c, r) => {
    svg.append("text").attr("class", `tick ${c === shown.cls ? "marked" : ""}`).attr("x", left - 6).attr("y", top + cell * (r + 0.68)).attr("text-anchor", "end")
      .text(subset.contrasts[c].length > 14 ? subset.contrasts[c].slice(0, 13) + "\u2026" : subset.contrasts[c]);
    for (let k = 0; k < layer.units; ++k) {
      const isIn = modules[c]?.includes(k), isTruth = layer.module?.[k] === c;
      svg.append("rect").attr("class", `unit-cell ${isIn ? "in" : ""}`).attr("x", left + cell * k + 1).attr("y", top + cell * r + 1).attr("width", cell - 2).attr("height", cell - 2);
      if (isTruth) svg.append("rect").attr("class", "truth").attr("x", left + cell * k).attr("y", top + cell * r).attr("width", cell).attr("height", cell);
    }
  });
  return svg.node();
}

function overlap(modules, order, tree) {
  const { subset } = shown, cell = 22, left = 110, top = 8, right = 150, height = cell * order.length;
  const svg = d3.create("svg").attr("class", "chart matrix").attr("role", "img")
    .attr("aria-label", "Overlap of the sets of each pair of classes (Jaccard index), and a dendrogram of the classes by it")
    .attr("viewBox", `0 0 ${left + height + right} ${top + height + 30}`).attr("width", left + height + right);
  order.forEach((a, r) => {
    svg.append("text").attr("class", "tick").attr("x", left - 6).attr("y", top + cell * (r + 0.68)).attr("text-anchor", "end").text(subset.contrasts[a].slice(0, 14));
    order.forEach((b, s) => {
      const value = jaccard(modules[a], modules[b]);
      svg.append("rect").attr("class", "cell").attr("x", left + cell * s + 1).attr("y", top + cell * r + 1).attr("width", cell - 2).attr("height", cell - 2)
        .attr("fill-opacity", value).append("title").text(`${subset.contrasts[a]}, ${subset.contrasts[b]}: ${value.toFixed(2)}`);
    });
  });
  const x = (h) => left + height + 10 + h * (right - 24), y = (c) => top + cell * (order.indexOf(c) + 0.5);
  const draw = (node) => {
    if (!node.left) return y(node.members[0]);
    const ends = [node.left, node.right].map((child) => [draw(child), child.height]);
    for (const [at, h] of ends) svg.append("path").attr("class", "line tree").attr("d", `M${x(h)},${at}H${x(node.height)}`);
    svg.append("path").attr("class", "line tree").attr("d", `M${x(node.height)},${ends[0][0]}V${ends[1][0]}`);
    return (ends[0][0] + ends[1][0]) / 2;
  };
  draw(tree);
  svg.append("text").attr("class", "tick").attr("x", x(0)).attr("y", top + height + 16).text("0");
  svg.append("text").attr("class", "tick").attr("x", x(1)).attr("y", top + height + 16).attr("text-anchor", "end").text("1 \u2212 overlap");
  return svg.node();
}

export function modulesView() {
  const part = () => Number(slider.value) / 100;
  const modules = () => shown.subset.contrasts.map((_, c) => moduleOf(shown.subset, c, part()));
  const { section, body } = view("modules", "Modules", "For each class the units of the smallest set with at least this part of I_R(all).",
    () => [["class", "units", "part"], ...modules().map((units, c) => [shown.subset.contrasts[c], units ? unitList(units) : "-", part()])]);
  const value = element("output", {}), slider = element("input", { type: "range", min: 10, max: 100, step: 1, value: 50, oninput: () => draw() });
  const charts = element("div", { class: "charts" });
  body.append(element("label", { class: "slider" }, "Part of I_R(all) ", slider, value), charts);
  function draw() {
    value.textContent = ` ${slider.value} %`;
    const found = modules(), withSet = d3.range(found.length).filter((c) => found[c] !== undefined), others = d3.range(found.length).filter((c) => found[c] === undefined);
    if (shown.layer.units > mostUnits || found.length > mostClasses || withSet.length === 0) {
      charts.replaceChildren(element("ul", {}, found.map((units, c) => element("li", {},
        `${shown.subset.contrasts[c]}: ${units ? `${units.length} units: ${units.slice(0, 100).join(" ")}${units.length > 100 ? " ..." : ""}` : "no sets, or no information"}`))));
      return;
    }
    const tree = cluster(found, withSet), order = tree.members;
    const { subset } = shown;
    const buttons = order.map((c) => element("button", { type: "button", title: "Put these units into the set",
      onclick: () => change({ cls: c, set: found[c] }) }, `${subset.contrasts[c]}: ${shortUnitList(found[c])}`));
    replaceContent(charts, matrix(found, order.concat(others)), order.length > 1 ? overlap(found, order, tree) : "",
      element("div", { class: "tools", role: "group", "aria-label": "Sets of the classes" }, buttons));
    if (shown.layer.module) charts.append(element("p", { class: "about" }, "Outlined: the units of the detector of the class, known by construction."));
    if (!subset.hasAllSets) charts.append(element("p", { class: "missing" }, "Without a table of all sets: sets of the greedy path."));
  }
  onChangeOf(() => [shown.cls], draw, true);
  return section;
}
