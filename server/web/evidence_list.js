/** Places of the text that show why something is believed, each a way into the text. */

import { button, el } from "./element.js";
import { t } from "./i18n.js";
/** @import {Novel, Place} from "./novel.js" */

const MARGIN = 40; // code points on either side
const SHOWN = 12; // A longer list convinces nobody.

/** @param {Novel} novel @param {(Place & {reason?: string})[]} evidence
 * @param {(place: Place) => void} showPlace */
export function evidenceList(novel, evidence, showPlace) {
	return el("ul", { class: "evidence-list" }, evidence.slice(0, SHOWN).map((place) => el("li", {},
		place.reason && el("span", { class: "muted" }, `${place.reason}: `),
		excerpt(novel, place),
		" ",
		button({ class: "link", onclick: () => showPlace(place) }, t("evidence.show")))));
}

/** @param {Novel} novel @param {Place} place */
export function excerpt(novel, place) {
	const { before, text, after } = novel.excerpt(place, MARGIN);
	return el("q", { class: "excerpt" }, before, el("mark", {}, text), after);
}
