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

/** @param {Element} element @param {...(Child | Child[])} children */
export function refill(element, ...children) {
	element.replaceChildren(...present(children));
	return element;
}

function furnish(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") element.addEventListener(name.slice(2), value);
		else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
	}
	element.append(...present(children));
	return element;
}

function present(children) {
	return children.flat().filter((child) => child !== false && child != null).map((child) => child instanceof Node ? child : String(child));
}
