/** What is not sure of a text's translation, each with a field for better words. */

import { el, refill } from "./element.js";
import { t, term } from "./i18n.js";

export class ReviewForm {
	element = el("ol", { class: "cues" });
	/** @type {Record<string, Record<string, string>>} By language and segment. */ edits = {};

	/** @param {{target: string, segments: string[], source: string, translation: string | null, reasons: {kind: string, message: string}[]}[]} items */
	constructor(items) {
		this.items = items;
	}

	close() {}

	render() {
		refill(this.element, this.items.map((item) => this.#item(item)));
	}

	#item({ target, segments, source, translation, reasons }) {
		const area = el("textarea", {
			rows: "2", lang: target, "aria-label": t("editor.words_of", { n: segments[0], source }),
			oninput: () => this.#edit(target, segments, area.value, translation),
		});
		area.value = this.edits[target]?.[segments[0]] ?? translation ?? "";
		return el("li", { class: "cue is-flagged" },
			el("small", {}, `${target} · ${segments.length > 1 ? t("editor.times", { n: segments.length }) : segments[0]}`),
			el("p", { class: "words" }, source),
			el("div", {}, area, el("ul", { class: "reasons" }, reasons.map(({ kind, message }) => el("li", {}, el("strong", {}, term("reason", kind)), " ", message)))));
	}

	/** Here the reader sees the words once, so the edit holds wherever they stand. */
	#edit(target, segments, words, translation) {
		this.edits[target] ??= {};
		for (const segment of segments) {
			if (words.trim() && words !== translation) this.edits[target][segment] = words;
			else delete this.edits[target][segment];
		}
	}
}
