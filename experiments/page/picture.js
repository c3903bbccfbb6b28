// A view as one SVG that can be read alone: with a title, what is chosen, a caption, and vector text and marks in the colours of
// the page.

import { data } from "./model.js";
import { shown } from "./state.js";

const space = 18, widest = 900, lineHeight = 1.35;

// Of a document that is shown nowhere: its images are not loaded, which the content policy of the page forbids.
const sheetDocument = document.implementation.createDocument("http://www.w3.org/2000/svg", "svg");
function made(name, attributes, ...children) {
  const element = sheetDocument.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
let ruler;
function widthOf(text, size, weight = "normal") {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = `${weight} ${size}px sans-serif`;
  return ruler.measureText(text).width;
}

// Words of a text in lines that are not wider, except for single words that are.
function wrapped(text, width, size, weight) {
  const lines = [];
  for (const word of String(text).split(" ")) {
    const longer = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`;
    if (lines.length > 0 && widthOf(longer, size, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const textAt = (x, y, text, { size = 12, fill = "text", anchor, weight } = {}) =>
  made("text", { x, y, "font-size": size, fill: colour(fill), "text-anchor": anchor, "font-weight": weight }, String(text));

/// Parts of a picture: functions that return {node, width, height}. A paragraph:
export const textPart = (text, { size = 12, fill = "text", weight, width = widest - 2 * space } = {}) => () => {
  const lines = wrapped(text, width, size, weight), height = lines.length * size * lineHeight;
  return { node: made("g", {}, ...lines.map((line, i) => textAt(0, (i * lineHeight + 1) * size, line, { size, fill, weight }))), height,
           width: Math.max(...lines.map((line) => widthOf(line, size, weight))) };
};

// The marks of a row of a table: {value, low, high, bound, chance}, all but value may be missing.
function barOf(mark, x, y, height) {
  const box = (from, to, top, bottom, fill, opacity) => made("rect", { x: Math.min(x(from), x(to)), width: Math.abs(x(to) - x(from)), y: y + top, height: bottom - top, fill: colour(fill), "fill-opacity": opacity });
  const tick = (at, top, bottom, stroke, dashes) => made("line", { x1: x(at), x2: x(at), y1: y + top, y2: y + bottom, stroke: colour(stroke), "stroke-width": 2, "stroke-dasharray": dashes });
  const marks = [];
  if (Number.isFinite(mark.value)) marks.push(box(0, mark.value, 4, height - 4, "cells"));
  if (Number.isFinite(mark.chance)) marks.push(box(0, mark.chance, 1, height - 1, "warn", 0.45));
  if (Number.isFinite(mark.low)) marks.push(made("line", { x1: x(mark.low), x2: x(mark.high), y1: y + height / 2, y2: y + height / 2, stroke: colour("text"), "stroke-width": 1.5 }));
  if (Number.isFinite(mark.bound)) marks.push(tick(mark.bound, 1, height - 1, "best", "3 2"));
  return marks;
}

/// A table of texts, `marked` the row that is set off; `bars`: {label, rows: [marks of barOf]} drawn behind its first column.
export const tablePart = (caption, heads, rows, { marked = -1, bars } = {}) => () => {
  const size = 12, rowHeight = 20, gap = 14, barWidth = 170;
  const lines = heads.map((head, i) => wrapped(head, i === 0 ? 160 : 84, 11, "bold"));
  const widths = heads.map((_, i) => Math.max(...lines[i].map((line) => widthOf(line, 11, "bold")), ...rows.map((row) => widthOf(row[i], size, "bold"))));
  const about = textPart(caption, { fill: "faint" })(), headLines = Math.max(...lines.map((some) => some.length));
  const top = about.height + 8 + headLines * 11 * lineHeight + 4, right = [];
  let at = 0;
  widths.forEach((width, i) => {
    right.push(at + width);
    at += width + gap + (i === 0 && bars ? barWidth + gap : 0);
  });
  const width = at - gap, height = top + rows.length * rowHeight + (bars ? 22 : 0), nodes = [about.node];
  const place = (i) => (i === 0 ? [0, undefined] : [right[i], "end"]);
  heads.forEach((_, i) => lines[i].forEach((line, j) => {
    const [x, anchor] = place(i);
    nodes.push(textAt(x, top - 6 - (lines[i].length - 1 - j) * 11 * lineHeight, line, { size: 11, anchor, weight: "bold" }));
  }));
  rows.forEach((row, r) => {
    const y = top + r * rowHeight;
    if (r === marked) nodes.push(made("rect", { x: -4, width: width + 8, y, height: rowHeight, fill: colour("accent"), "fill-opacity": 0.16 }));
    nodes.push(made("line", { x1: 0, x2: width, y1: y, y2: y, stroke: colour("line") }));
    row.forEach((cell, i) => {
      const [x, anchor] = place(i);
      nodes.push(textAt(x, y + 14, cell, { anchor, weight: r === marked ? "bold" : undefined }));
    });
  });
  if (bars) {
    const x = d3.scaleLinear().domain(d3.extent([0, ...bars.rows.flatMap((mark) => Object.values(mark)).filter(Number.isFinite)])).nice(4).range([right[0] + gap, right[0] + gap + barWidth]);
    bars.rows.forEach((mark, r) => nodes.push(...barOf(mark, x, top + r * rowHeight, rowHeight)));
    const bottom = top + rows.length * rowHeight;
    nodes.push(made("line", { x1: x.range()[0], x2: x.range()[1], y1: bottom, y2: bottom, stroke: colour("faint") }), made("line", { x1: x(0), x2: x(0), y1: top, y2: bottom + 4, stroke: colour("faint") }));
    for (const value of x.ticks(4)) nodes.push(textAt(x(value), bottom + 15, x.tickFormat(4)(value), { size: 11, anchor: "middle" }));
    nodes.push(textAt(right[0] + gap, top - 6, bars.label, { size: 11, weight: "bold" }));
  }
  return { node: made("g", {}, ...nodes), width, height };
};

/// Small pictures side by side: of each {image, number, text, isMarked}, `image` a canvas or svg element, or nothing; the text below.
export const imagesPart = (list, { side = 56, width = 100 } = {}) => () => {
  const columns = Math.max(1, Math.floor((widest - 2 * space) / (width + 8))), nodes = [];
  let y = 0, rowHeight = 0;
  list.forEach((one, i) => {
    if (i % columns === 0) [y, rowHeight] = [y + rowHeight, 0];
    const x = (i % columns) * (width + 8), lines = wrapped(one.text, width, 11), pictures = [one.image ?? []].flat();
    let at = y + 4;
    nodes.push(textAt(x, at + 11, one.number, { weight: one.isMarked ? "bold" : undefined, fill: one.isMarked ? "set" : "text" }));
    at += 16;
    for (const picture of pictures) {
      const isCanvas = picture.tagName === "CANVAS", height = isCanvas ? side : side / 2;
      if (isCanvas) nodes.push(made("image", { x, y: at, width: side, height, href: picture.toDataURL(), "image-rendering": "pixelated" }));
      else nodes.push(chartNode(picture, x, at, side, height));
      at += height + 3;
    }
    lines.forEach((line, j) => nodes.push(textAt(x, at + (j + 1) * 11 * lineHeight - 3, line, { size: 11 })));
    at += lines.length * 11 * lineHeight;
    if (one.isMarked) nodes.push(made("rect", { x: x - 4, y, width: width + 4, height: at - y + 2, fill: "none", stroke: colour("set"), "stroke-width": 2 }));
    rowHeight = Math.max(rowHeight, at - y + 10);
  });
  return { node: made("g", {}, ...nodes), width: Math.min(list.length, columns) * (width + 8), height: y + rowHeight };
};

// An svg of the page with the computed style of its elements, since it leaves the page without its style sheet.
function chartNode(svg, x, y, width, height) {
  const copy = svg.cloneNode(true), from = [svg, ...svg.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((source, i) => {
    const style = getComputedStyle(source);
    for (const key of ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "opacity", "text-anchor", "font-weight"])
      to[i].setAttribute(key, style.getPropertyValue(key));
    to[i].removeAttribute("class");
  });
  for (const [key, value] of Object.entries({ x, y, width, height })) copy.setAttribute(key, value);
  return copy;
}
const chartPart = (svg) => () => {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number), scale = Math.min(1, (widest - 2 * space) / width);
  return { node: chartNode(svg, 0, 0, width * scale, height * scale), width: width * scale, height: height * scale };
};

// A legend: areas and dots as they are, lines as lines.
const legendPart = (list) => () => {
  const nodes = [];
  let x = 0, y = 0;
  for (const item of list.children) {
    const style = getComputedStyle(item.firstChild), text = item.textContent, width = 34 + widthOf(text, 12) + 18;
    if (x > 0 && x + width > widest - 2 * space) [x, y] = [0, y + 20];
    const isLine = style.borderTopStyle !== "none", height = parseFloat(style.height), size = parseFloat(style.width);
    nodes.push(isLine
      ? made("line", { x1: x, x2: x + size, y1: y + 10, y2: y + 10, stroke: style.borderTopColor, "stroke-width": 3, "stroke-dasharray": { dashed: "6 4", dotted: "2 3" }[style.borderTopStyle] })
      : made("rect", { x, y: y + 10 - height / 2, width: size, height, rx: parseFloat(style.borderTopLeftRadius), fill: style.backgroundColor, "fill-opacity": style.opacity }));
    nodes.push(textAt(x + 30, y + 14, text));
    x += width;
  }
  return { node: made("g", {}, ...nodes), width: Math.max(x, y > 0 ? widest - 2 * space : 0), height: y + 20 };
};

// What is chosen, in words.
function chosenText() {
  const { system, layer, subset, cls, set, replace } = shown;
  if (!system) return [];
  const members = Array.from(set.keys()).filter((k) => set[k]);
  return [`${layer.title}; samples: ${subset.name}; class: ${subset.contrasts[cls]}; set: ${members.length > 0 ? members.join(" ") : "none"}${replace ? `; replaced by: ${replace}` : ""}`];
}

/// The SVG as text. `parts`: of the view; without them the charts and legends in `body`.
export function pictureText(title, about, body, parts) {
  const own = parts ?? [...body.querySelectorAll("svg.chart, ul.legend")].map((one) => (one.tagName === "UL" ? legendPart(one) : chartPart(one)));
  const from = data.provenance, source = `${data.experiment}: inforelay ${from.version}, revision ${from.git_revision}, seed ${from.seed}`;
  const all = [textPart(title, { size: 17, weight: "bold" }), ...chosenText().map((text) => textPart(text)), ...own,
               textPart(about, { fill: "faint" }), textPart(source, { size: 11, fill: "faint" })].map((part) => part());
  const width = Math.min(widest, 2 * space + Math.max(420, ...all.map((part) => part.width))), nodes = [];
  let y = space;
  for (const part of all) {
    nodes.push(made("g", { transform: `translate(${space},${y})` }, part.node));
    y += part.height + 10;
  }
  const sheet = Math.max(width, ...all.map((part) => part.width + 2 * space)), height = Math.ceil(y + space - 10);
  const svg = made("svg", { viewBox: `0 0 ${sheet} ${height}`, width: sheet, height, "font-family": "system-ui, 'DejaVu Sans', sans-serif", role: "img" },
    made("title", {}, title), made("desc", {}, about),
    made("rect", { width: "100%", height: "100%", fill: colour("panel") }),  // text is light where the page is dark
    ...nodes);
  return new XMLSerializer().serializeToString(svg);
}
