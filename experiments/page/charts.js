// Panels with axes, and colours. Colours are variables of page.css, which has them for light and dark.

const margin = { left: 60, right: 14, top: 12, bottom: 42 };

/// A panel with two axes: {svg, plot, x, y, width, height}, plot a group for marks, x and y scales of d3. `label` says what it
/// shows to a screen reader.
export function panel(label, xLabel, yLabel, xDomain, yDomain, size = {}) {
  const width = (size.width ?? 440) - margin.left - margin.right, height = (size.height ?? 300) - margin.top - margin.bottom;
  const svg = d3.create("svg").attr("class", "chart").attr("role", "img").attr("aria-label", label)
    .attr("viewBox", `0 0 ${width + margin.left + margin.right} ${height + margin.top + margin.bottom}`)
    .attr("width", width + margin.left + margin.right);
  const plot = svg.append("g").attr("transform", `translate(${margin.left},${margin.top})`);
  const x = d3.scaleLinear().domain(xDomain).range([0, width]), y = d3.scaleLinear().domain(yDomain).range([height, 0]);
  const marks = plot.append("g");
  plot.append("g").attr("class", "axis").attr("transform", `translate(0,${height})`).call(d3.axisBottom(x).ticks(size.ticks ?? 6));
  plot.append("g").attr("class", "axis").call(d3.axisLeft(y).ticks(6));
  plot.append("text").attr("class", "label").attr("x", width / 2).attr("y", height + 34).attr("text-anchor", "middle").text(xLabel);
  plot.append("text").attr("class", "label").attr("transform", `translate(-48,${height / 2}) rotate(-90)`).attr("text-anchor", "middle").text(yLabel);
  return { svg, plot: marks, x, y, width, height };
}

/// A domain that is not empty, a little wider than from least to greatest.
export function domain(values) {
  let [low, high] = d3.extent(values.filter(Number.isFinite));
  if (low === undefined) [low, high] = [0, 1];
  const space = high > low ? (high - low) * 0.04 : Math.abs(high) * 0.1 || 0.1;
  return [low - space, high + space];
}

/// Fill opacity of a cell with `count` of at most `most`, logarithmic: one set is still seen.
export const density = (count, most) => 0.12 + 0.88 * (Math.log(count) / Math.log(Math.max(2, most)));

/// A line through points [x, y]; gaps where y is not finite.
export function line(chart, points, name) {
  const path = d3.line().defined((p) => Number.isFinite(p[1])).x((p) => chart.x(p[0])).y((p) => chart.y(p[1]));
  chart.plot.append("path").attr("class", `line ${name}`).attr("d", path(points));
}

/// Line, area or mark in the colour of their class, with text.
export function legend(entries) {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const [name, text] of entries) {
    const item = document.createElement("li"), sample = document.createElement("span");
    sample.className = `sample ${name}`;
    item.append(sample, text);
    list.append(item);
  }
  return list;
}
