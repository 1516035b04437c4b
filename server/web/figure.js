/** A figure that tells what is pointed at, with its numbers as a table and as the file that they stand in. */

import { rowsOf } from "./archive.js";
import { saveBlob } from "./download.js";
import { button, el, refill, svg, table } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { t } from "./i18n.js";
/** @import {Archive} from "./archive.js" */

export const WIDTH = 720;
export const LEFT = 210; // For names.
export const LINE = 26;
const LONGEST = 21; // Characters of a name.
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** @param {string} name @param {number} [longest] Characters. */
export const short = (name, longest = LONGEST) => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);

/** A name to the left of what it names. */
export const nameAt = (name, y) => svg("text", { x: LEFT - 8, y, "text-anchor": "end" }, short(name), svg("title", {}, name));

/** A picture whose marks tell by `data-told` what they stand for, to the mouse and, one after the other, to the keyboard.
 * @param {string} label @param {number} height @param {...any} parts @returns {HTMLElement} */
export function picture(label, height, ...parts) {
	const said = el("p", { class: "muted told", "aria-hidden": "true" }, t("figure.point")); // A screen reader has the mark's own name.
	const drawing = svg("svg", { class: "topics-figure", viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": label }, ...parts);
	const marks = [...drawing.querySelectorAll("[data-told]")];
	const tell = ({ target }) => { if (target.dataset.told) said.textContent = target.dataset.told; };
	for (const mark of marks) {
		mark.setAttribute("role", "img");
		mark.setAttribute("aria-label", mark.dataset.told);
		mark.setAttribute("tabindex", "-1");
	}
	marks[0]?.setAttribute("tabindex", "0");
	drawing.addEventListener("pointerover", tell);
	drawing.addEventListener("focusin", tell);
	drawing.addEventListener("keydown", (event) => {
		const shown = marks.filter((mark) => !mark.classList.contains("is-faded"));
		const next = shown[shown.indexOf(event.target) + STEPS[event.key]];
		if (!(event.key in STEPS)) return;
		event.preventDefault();
		if (!next) return;
		event.target.setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		next.focus();
	});
	return el("div", {}, el("div", { class: "scroller" }, drawing), marks.length > 0 && said);
}

/** A figure below its heading, with the table that the report has of it.
 * @param {Promise<Archive> | null} report @param {string} name Of its files. @param {string | null} title @param {...any} content */
export function figure(report, name, title, ...content) {
	const path = `figures/${name}.csv`;
	const numbers = el("div", { class: "targets" });
	const show = () => report.then(async (archive) => {
		const file = await archive.read(path);
		const [header, ...rows] = rowsOf(await file.text());
		refill(numbers, button({ class: "button", onclick: () => saveBlob(file, `${name}.csv`) }, "CSV"), table(header, rows));
	}).catch((error) => refill(numbers, failurePanel(error)));
	return el("section", { class: "figure", "data-figure": name }, title && el("h2", {}, title), ...content,
		report && el("details", { ontoggle: show }, el("summary", {}, t("figure.numbers")), numbers));
}
