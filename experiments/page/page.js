// Puts the views together.

import { begin, change, onChange, replacements, shown } from "./state.js";
import { choice, element, replaceContent, unitList } from "./elements.js";
import { data, membersOf, systems, timesOf } from "./model.js";
import { verdictView } from "./verdict.js";
import { setBuilderView } from "./set_builder.js";
import { unitsView } from "./units.js";
import { timeView } from "./time.js";
import { landscapeView } from "./landscape.js";
import { modulesView } from "./modules.js";
import { walkView } from "./walk.js";
import { samplesView } from "./samples.js";
import { sweepViews } from "./sweep.js";
import { methodsView } from "./methods.js";

function header() {
  return [element("h1", {}, data.experiment), element("p", { class: "about" }, "Which units carry the information that decisions are made of. ",
    ...(data.note ? [element("strong", {}, data.note)] : []), data.provenance.fallback_reason ? element("strong", {}, ` ${data.provenance.fallback_reason}`) : "")];
}

// The choices that all views share; what there is only one of is not asked for.
function choices() {
  const { system, layer, subset } = shown, list = [];
  const ask = (label, values, current, choose, names) => values.length > 1 && list.push(choice(label, values, current, choose, names));
  const names = (items) => items.map((item) => item.name);
  ask("Network", names(systems), system.name, (value) => change({ network: value }));
  ask("Layer", [...new Set(names(system.layers))], layer.name, (value) => change({ layer: value }));
  ask("Time", timesOf(system, layer).map((one) => one.time), layer.time, (value) => change({ time: value }));
  ask("Subset", names(layer.subsets), subset.name, (value) => change({ subset: value }));
  ask("Class", subset.contrasts.map((_, c) => c), shown.cls, (value) => change({ cls: Number(value) }), subset.contrasts);
  if (subset.accuracy) ask("Replaced by", replacements.filter((word) => subset.accuracy.canReplace(word)), shown.replace, (value) => change({ replace: value }));
  list.push(element("span", { class: "current" }, `Set: ${unitList(membersOf(shown.set))}`));
  return list;
}

function runPage() {
  document.getElementById("header").append(...header());
  const nav = document.getElementById("choices");
  document.getElementById("views").replaceChildren(verdictView(), setBuilderView(), unitsView(), timeView(), landscapeView(), modulesView(), walkView(), samplesView(), methodsView());
  onChange(() => replaceContent(nav, ...choices()));
  begin();
}

function sweepPage() {
  document.getElementById("header").append(...header());
  document.getElementById("choices").hidden = true;
  document.getElementById("views").replaceChildren(...sweepViews(data.sweep));
}

if (data.sweep) sweepPage();
else if (systems.length > 0) runPage();
