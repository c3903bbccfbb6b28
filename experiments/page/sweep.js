// The page of a sweep: metrics of the runs against settings and seeds, and the runs with their pages.

import { row, unpack } from "./arrays.js";
import { choice, count, element, replaceContent, table, view } from "./elements.js";
import { domain, panel } from "./charts.js";
import { tablePart } from "./picture.js";

const number = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : "-");

// Value of a metric in each run: of a class, or the mean over classes (cls < 0).
function metricValues(metric, cls) {
  const byClass = unpack(metric.by_class);
  return cls < 0 || byClass.length === 0 ? Array.from(unpack(metric.mean)) : Array.from(unpack(metric.mean), (_, r) => row(byClass, r)[cls]);
}

// Groups of runs with the same text, in the order of their first run; numbers ascending.
function levelsOf(texts) {
  const levels = [...new Set(texts)];
  if (levels.every((text) => text.trim() !== "" && Number.isFinite(Number(text)))) levels.sort((a, b) => Number(a) - Number(b));
  return levels;
}

/// The views of the page of a sweep.
export function sweepViews(sweep) {
  const chosen = { metric: 0, setting: 0, cls: -1 };
  const settings = [...sweep.parameters, "seed"];
  const textsOf = (s) => sweep.runs.map((run) => (s < sweep.parameters.length ? run.values[s] : String(run.seed)));
  const groups = () => {
    const texts = textsOf(chosen.setting), values = metricValues(sweep.metrics[chosen.metric], chosen.cls);
    return levelsOf(texts).map((level) => {
      const all = values.filter((_, r) => texts[r] === level), own = all.filter(Number.isFinite);
      return { level, values: own, missing: all.length - own.length };
    });
  };
  const heads = ["value", "runs", "without value", "mean", "least", "median", "greatest", "sd"];
  const statistics = () => groups().map(({ level, values, missing }) => [level, count(values.length), count(missing),
    number(d3.mean(values)), number(d3.min(values)), number(d3.median(values)), number(d3.max(values)), values.length > 1 ? number(d3.deviation(values)) : "-"]);

  const metrics = view("metrics", "Metrics", "Each dot is a run. Means of few runs say little: the number of runs stands beside them.",
    () => [[settings[chosen.setting], ...heads.slice(1)], ...statistics()]);
  const tools = element("div", { class: "tools" }), content = element("div", {});
  metrics.body.append(tools, content);
  function draw() {
    const metric = sweep.metrics[chosen.metric], list = groups(), name = metric.units === "1" ? metric.name : `${metric.name} (${metric.units})`;
    if (unpack(metric.by_class).length === 0) chosen.cls = -1;
    const ask = (key) => (value) => { chosen[key] = Number(value); draw(); };
    const numbers = (items) => items.map((_, i) => i);
    replaceContent(tools, choice("Metric", numbers(sweep.metrics), chosen.metric, ask("metric"), sweep.metrics.map((one) => one.name)),
      choice("against", numbers(settings), chosen.setting, ask("setting"), settings),
      unpack(metric.by_class).length > 0 ? choice("Class", [-1, ...numbers(sweep.classes)], chosen.cls, ask("cls"), ["mean", ...sweep.classes]) : "");
    const isNumber = list.every((group) => group.level.trim() !== "" && Number.isFinite(Number(group.level)));
    const at = list.map((group, i) => (isNumber ? Number(group.level) : i));
    const chart = panel(`${name} against ${settings[chosen.setting]}`, settings[chosen.setting], name, isNumber ? domain(at) : [-0.5, list.length - 0.5],
      domain(list.flatMap((group) => group.values)), { width: 760, height: 340, ticks: isNumber ? 8 : 0 });
    list.forEach((group, i) => {
      const x = chart.x(at[i]);
      for (const value of group.values) chart.plot.append("circle").attr("class", "dot").attr("cx", x).attr("cy", chart.y(value)).attr("r", 3.5);
      if (group.values.length > 0) chart.plot.append("line").attr("class", "line mean-mark").attr("x1", x - 12).attr("x2", x + 12).attr("y1", chart.y(d3.mean(group.values))).attr("y2", chart.y(d3.mean(group.values)));
      if (!isNumber) chart.plot.append("text").attr("class", "tick").attr("x", x).attr("y", chart.height + 16).attr("text-anchor", "middle").text(group.level.slice(0, 18));
    });
    content.replaceChildren(chart.svg.node(), table(name, [settings[chosen.setting], ...heads.slice(1)], statistics()));
  }
  if (sweep.metrics.length > 0) draw();
  else metrics.body.append(element("p", { class: "missing" }, "No metric was collected."));

  const runHeads = ["run", ...settings, "status", ...sweep.metrics.map((metric) => metric.name)];
  const runRows = (first) => sweep.runs.map((run, r) => [first(run), ...run.values, String(run.seed), run.status, ...sweep.metrics.map((metric) => number(unpack(metric.mean)[r]))]);
  const runTitle = "Runs, means over classes", runTexts = () => runRows((run) => run.folder);
  const runs = view("runs", "Runs", "", () => [runHeads, ...runTexts()], () => [tablePart(runTitle, runHeads, runTexts())]);
  const address = (path) => path.split("/").map(encodeURIComponent).join("/");
  runs.body.append(table(runTitle, runHeads, runRows((run) => (run.page ? element("a", { href: address(run.page) }, run.folder) : run.folder))));
  const failed = sweep.runs.filter((run) => run.message);
  if (failed.length > 0) runs.body.append(table("Failures", ["run", "message"], failed.map((run) => [run.folder, run.message])));
  if (!sweep.runs.some((run) => run.page)) runs.body.append(element("p", { class: "about" }, "The runs have no pages of their own: sweep.figures: true writes them."));
  return [metrics.section, runs.section];
}
