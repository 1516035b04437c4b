/**
 * Elements built from values: no markup string exists here, so no text can become HTML.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 *   A function is a listener (`onclick`), `true` an empty attribute; `false` and `null` leave it out.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Attributes} [attributes] @param {...(Child | Child[])} children */
export function el(tag, attributes = {}, ...children) {
	return furnish(document.createElement(tag), attributes, children);
}

/** A button that submits nothing. @param {Attributes} attributes @param {...(Child | Child[])} children */
export function button(attributes, ...children) {
	return el("button", { type: "button", ...attributes }, ...children);
}

/** @param {string} tag @param {Attributes} [attributes] @param {...(Child | Child[])} children */
export function svg(tag, attributes = {}, ...children) {
	return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** A control with its label. @param {string} words @param {Element} control */
export const labelled = (words, control) => [el("label", { for: control.id }, words), control];

/** A control in its label. @param {string} words @param {...Node} control */
export const field = (words, ...control) => el("label", { class: "field" }, words, control);

/** A part of a page. @param {string} title @param {...(Child | Child[])} content */
export const section = (title, ...content) => el("section", { class: "work-part" }, el("h2", {}, title), ...content);

/** What is said of a name, in a list of definitions. @param {string} name @param {...(Child | Child[])} content */
export const entry = (name, ...content) => el("div", {}, el("dt", {}, name), el("dd", {}, ...content));

/** @param {Attributes} attributes @param {[string | number, string][]} choices Values and words. @param {string | number | null} [chosen] */
export function select(attributes, choices, chosen) {
	return el("select", attributes, choices.map(([value, words]) => el("option", { value, selected: value === chosen }, words)));
}

/** Each row begins with what it is called. @param {Child[]} headings @param {(Child | Child[])[][]} rows */
export function table(headings, rows) {
	const cell = (content, at) => el(at ? "td" : "th", { scope: at ? null : "row" }, content);
	return el("table", {}, el("thead", {}, el("tr", {}, headings.map((heading) => el("th", { scope: "col" }, heading)))),
		el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell)))));
}

/** @param {Element} element @param {...(Child | Child[])} children */
export function refill(element, ...children) {
	element.replaceChildren(...present(children));
	return element;
}

function furnish(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		if (name === "onsubmit") element.addEventListener("submit", (event) => event.preventDefault()); // Pages send what forms hold.
		if (typeof value === "function") element.addEventListener(name.slice(2), value);
		else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
	}
	element.append(...present(children));
	return element;
}

function present(children) {
	return children.flat().filter((child) => child !== false && child != null).map((child) => child instanceof Node ? child : String(child));
}
