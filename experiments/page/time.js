// View: relay information over time, of layers that are analysed at each time.

import { change, onChangeOf, shown } from "./state.js";
import { element, view } from "./elements.js";
import { timesOf } from "./model.js";
import { row } from "./arrays.js";
import { domain, legend, line, panel } from "./charts.js";

// Of the class at each time of the page: {time, total, bound, chance, aggregated [K]}.
function overTime() {
  const { system, layer, subset, cls } = shown;
  return timesOf(system, layer).map((one) => {
    const at = one.subsets.find((other) => other.name === subset.name), aggregated = at.array("relay", "aggregated");
    return { time: one.time, total: at.array("relay", "total")[cls], bound: at.array("relay", "input_output_information")?.[cls] ?? NaN,
             chance: at.chance("total", cls), aggregated: aggregated ? Array.from(row(aggregated, cls)) : [] };
  });
}

export function timeView() {
  const { section, body } = view("time", "Time", "Relay information of all units, and of each unit aggregated along the greedy path, at each time.",
    () => [["time", "total_bits", "input_output_bits", "null_5_percent", "null_95_percent", ...d3.range(shown.layer.units).map((k) => `aggregated_${k}`)],
           ...overTime().map((at) => [at.time, at.total, at.bound, at.chance?.low ?? "", at.chance?.high ?? "", ...at.aggregated])]);
  const charts = element("div", { class: "charts" }), key = element("div");
  body.append(charts, key);

  function map(list, half) {
    const { subset, cls, layer } = shown, times = list.map((at) => at.time), most = d3.max(list.flatMap((at) => at.aggregated.map(Math.abs)));
    const chart = panel(`Aggregated relay information of each unit at each time, class ${subset.contrasts[cls]}, up to ${most.toPrecision(2)} bit`, "time", "unit",
      [times[0] - half, times[times.length - 1] + half], [-0.5, layer.units - 0.5]);
    for (const at of list) {
      const x = chart.x(at.time - half), width = chart.x(at.time + half) - x;
      at.aggregated.forEach((value, k) => Number.isFinite(value) && chart.plot.append("rect").attr("class", value < 0 ? "cell negative" : "cell")
        .attr("x", x).attr("width", width).attr("y", chart.y(k + 0.5)).attr("height", chart.y(k - 0.5) - chart.y(k + 0.5))
        .attr("fill-opacity", Math.abs(value) / most).append("title").text(`time ${at.time}, unit ${k}: ${value.toFixed(4)} bit`));
    }
    return chart.svg.node();
  }

  onChangeOf(() => [shown.cls], () => {
    const { subset, cls, layer } = shown;
    section.hidden = layer.time === undefined;
    if (section.hidden) return;
    const list = overTime(), times = list.map((at) => at.time), half = (d3.min(d3.pairs(times), ([a, b]) => b - a) ?? 1) / 2;
    const chart = panel(`Relay information of all units against time, class ${subset.contrasts[cls]}`, "time", "bit", [times[0] - half, times[times.length - 1] + half],
      domain([0, ...list.flatMap((at) => [at.total, at.bound, at.chance?.low, at.chance?.high])]));
    const byChance = list.filter((at) => at.chance);
    chart.plot.append("path").attr("class", "null-band")
      .attr("d", d3.area().x((at) => chart.x(at.time)).y0((at) => chart.y(at.chance.low)).y1((at) => chart.y(at.chance.high))(byChance));
    line(chart, list.map((at) => [at.time, at.bound]), "best");
    line(chart, list.map((at) => [at.time, at.total]), "greedy");
    for (const at of list) {
      if (!Number.isFinite(at.total)) continue;
      chart.plot.append("circle").attr("class", at.time === layer.time ? "mark set" : "dot").attr("cx", chart.x(at.time)).attr("cy", chart.y(at.total)).attr("r", at.time === layer.time ? 6 : 3.5)
        .on("click", () => change({ time: at.time })).append("title").text(`time ${at.time}: ${at.total.toFixed(4)} bit`);
    }
    const hasUnits = list.some((at) => at.aggregated.some((value) => Number.isFinite(value) && value !== 0));
    charts.replaceChildren(chart.svg.node(), hasUnits ? map(list, half) : "");
    key.replaceChildren(legend([["greedy", "I_R(all)"], ["best", "I(X_in; X_out)"], byChance.length > 0 && ["null-band", "I_R(all) without relay, 5 to 95 %"],
      hasUnits && ["density", "aggregated, positive"], hasUnits && ["density negative", "negative"]].filter(Boolean)));
  }, true);
  return section;
}
