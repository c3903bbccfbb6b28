// Elements, tables, numbers as text, downloads. Names are set as text, never as markup.

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
export const shortUnitList = (units) => (units.length > 8 ? `${units.length} units` : unitList(units));
export const range = (bounds) => (bounds === undefined ? "-" : `${bits(bounds[0])} to ${bits(bounds[1])}`);
export const shortRange = (bounds) => (bounds === undefined ? "-" : `${bounds[0].toFixed(3)}\u2013${bounds[1].toFixed(3)}`);
export const pText = (p) => (Number.isFinite(p) ? String(Number(p.toPrecision(2))) : "-");

/// A table; columns without any value ("-") are left out. `caption`: for screen readers and people.
export function table(caption, heads, rows, markedRow = -1) {
  const isShown = heads.map((_, i) => i === 0 || rows.some((cells) => cells[i] !== "-")), shownOf = (cells) => cells.filter((_, i) => isShown[i]);
  const cell = (value, i) =>
    i === 0 ? element("th", { scope: "row" }, value) : element("td", { class: "number" }, value);
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, shownOf(heads).map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows.map((row, r) => element("tr", r === markedRow ? { class: "marked", "aria-current": "true" } : {}, shownOf(row).map(cell))))));
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
export const csvText = (rows) => rows.map((cells) => cells.map(csvCell).join(",") + "\n").join("");

// The SVG with the computed style of its elements, since it leaves the page without its style sheet.
function svgText(svg) {
  const copy = svg.cloneNode(true), from = [svg, ...svg.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((source, i) => {
    const style = getComputedStyle(source);
    for (const key of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "opacity", "text-anchor", "font-weight"])
      to[i].setAttribute(key, style.getPropertyValue(key));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/// A view: a section with a heading, a sentence about it, and buttons that download its picture and its numbers. `rows()` are
/// those of the CSV file. Returns the section and the element for its content.
export function view(id, title, about, rows) {
  const body = element("div", { class: "body" });
  const svgButton = element("button", { type: "button", onclick: () => {
    body.querySelectorAll("svg.chart").forEach((svg, i) => download(`${id}${i > 0 ? i + 1 : ""}.svg`, "image/svg+xml", svgText(svg)));
  } }, "SVG");
  const csvButton = element("button", { type: "button", onclick: () => download(`${id}.csv`, "text/csv", csvText(rows())) }, "CSV");
  const section = element("section", { id, "aria-labelledby": id + "-title" },
    element("div", { class: "heading" },
      element("h2", { id: id + "-title" }, title),
      element("span", { class: "downloads", role: "group", "aria-label": `Download ${title}` }, svgButton, csvButton)),
    element("p", { class: "about" }, about), body);
  const hasPicture = new MutationObserver(() => (svgButton.hidden = body.querySelector("svg.chart") === null));
  hasPicture.observe(body, { childList: true, subtree: true });
  svgButton.hidden = true;
  return { section, body };
}

/// For screen readers.
export function announce(text) {
  document.getElementById("announce").textContent = text;
}
