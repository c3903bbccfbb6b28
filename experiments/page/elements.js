// Elements, tables, numbers as text, downloads. Names are set as text, never as markup.

import { pictureText } from "./picture.js";

/// element("td", {class: "number", title: "..."}, "text", otherElement): attributes; `onclick` and the like are listeners.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

export const bits = (value) => (Number.isFinite(value) ? value.toFixed(4) : "-");
export const fraction = (value) => (Number.isFinite(value) ? value.toFixed(4) : "-");
export const percent = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "-");
const inThousands = new Intl.NumberFormat("en");  // one for all: to make it takes longer than all else
export const count = (value) => inThousands.format(value);
export const unitList = (units) => (units.length === 0 ? "none" : units.join(" "));
/// The same, of many units their number.
export const shortUnitList = (units) => (units.length > 8 ? unitCount(units.length) : unitList(units));
export const unitCount = (n) => `${n} ${n === 1 ? "unit" : "units"}`;
export const range = (bounds) => (bounds === undefined ? "-" : `${bits(bounds[0])} to ${bits(bounds[1])}`);
export const shortRange = (bounds) => (bounds === undefined ? "-" : `${bounds[0].toFixed(3)}\u2013${bounds[1].toFixed(3)}`);
export const pText = (p) => (Number.isFinite(p) ? String(Number(p.toPrecision(2))) : "-");

/// Rows, the first one of heads, without the columns that have no value ("-").
export function withoutEmpty(rows) {
  const [heads, ...others] = rows, isKept = heads.map((_, i) => i === 0 || others.some((cells) => cells[i] !== "-"));
  return rows.map((cells) => cells.filter((_, i) => isKept[i]));
}

/// A table; columns without any value ("-") are left out. `caption`: for screen readers and people.
export function table(caption, heads, rows, markedRow = -1) {
  const [shownHeads, ...shownRows] = withoutEmpty([heads, ...rows]);
  const cell = (value, i) =>
    i === 0 ? element("th", { scope: "row" }, value) : element("td", { class: "number" }, value);
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, shownHeads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, shownRows.map((row, r) => element("tr", r === markedRow ? { class: "marked", "aria-current": "true" } : {}, row.map(cell))))));
}

/// A drop-down list with a label; `choose` is called with the value chosen.
export function choice(label, values, current, choose, names = values) {
  const select = element("select", { onchange: (event) => choose(event.target.value) },
    values.map((value, i) => element("option", { value, selected: String(value) === String(current) }, names[i])));
  return element("label", {}, label + " ", select);
}

function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

const csvCell = (value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const csvText = (rows) => rows.map((cells) => cells.map(csvCell).join(",") + "\n").join("");

/// A view: a section with a heading, a sentence about it, and buttons that download its picture and its numbers. `rows()` are
/// those of the CSV file; `parts()`, those of the picture (picture.js), by default the charts and their legends. Returns the section
/// and the element for its content.
export function view(id, title, about, rows, parts) {
  const body = element("div", { class: "body" });
  const svgButton = element("button", { type: "button", onclick: () => download(`${id}.svg`, "image/svg+xml", pictureText(title, about, body, parts?.())) }, "SVG");
  const csvButton = element("button", { type: "button", onclick: () => download(`${id}.csv`, "text/csv", csvText(rows())) }, "CSV");
  const section = element("section", { id, "aria-labelledby": id + "-title" },
    element("div", { class: "heading" },
      element("h2", { id: id + "-title" }, title),
      element("span", { class: "downloads", role: "group", "aria-label": `Download ${title}` }, svgButton, csvButton)),
    element("p", { class: "about" }, about), body);
  if (!parts) {
    const hasPicture = new MutationObserver(() => (svgButton.hidden = body.querySelector("svg.chart") === null));
    hasPicture.observe(body, { childList: true, subtree: true });
    svgButton.hidden = true;
  }
  return { section, body };
}

/// Replaces the content of `parent`. If one of its controls has the focus, the one of the same label or text gets it, of several
/// the one in the same place among them: the keyboard goes on from there.
export function replaceContent(parent, ...content) {
  const controls = () => [...parent.querySelectorAll("button, select, input")];
  const nameOf = (control) => control.closest("label")?.firstChild.textContent ?? control.textContent;
  const named = (name) => controls().filter((control) => nameOf(control) === name);
  const focused = controls().find((control) => control === document.activeElement), name = focused && nameOf(focused), place = focused && named(name).indexOf(focused);
  parent.replaceChildren(...content);
  if (focused) (named(name)[place] ?? named(name)[0])?.focus();
}

/// For screen readers.
export function announce(text) {
  document.getElementById("announce").textContent = text;
}
